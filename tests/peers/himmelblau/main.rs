// SPDX-License-Identifier: MIT
//! An identity broker of Himmelblau's, with its own D-Bus service and the socket between that and its
//! daemon (the crate identity_dbus_broker), and a directory of one user who is always signed in:
//!
//!     himmelblau_broker_peer SOCKET USERNAME OID TID LOG
//!
//! Which requests came, and with what, is written to LOG, a JSON object a line.

use async_trait::async_trait;
use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use identity_dbus_broker::{
    himmelblau_broker_serve, himmelblau_session_broker_serve, HimmelblauBroker, LogLevelCallbacks,
};
use serde_json::{json, Value};
use std::{env, error::Error, fs::OpenOptions, io::Write, sync::Arc, time::SystemTime};

type Answer = Result<String, Box<dyn Error>>;

#[derive(Clone)]
struct Directory {
    username: String,
    oid: String,
    tid: String,
    log: String,
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Directory {
    fn record(&self, method: &str, version: &str, correlation: &str, request: &str) {
        let line = json!({"method": method, "version": version, "correlation": correlation,
                          "request": serde_json::from_str::<Value>(request).ok()});
        let mut log = OpenOptions::new().create(true).append(true).open(&self.log).expect("log");
        writeln!(log, "{line}").expect("log");
    }

    fn token(&self, request: &str) -> Answer {
        let request: Value = serde_json::from_str(request)?;
        let sent = &request["authParameters"];
        let username = sent["account"]["username"].as_str().ok_or("Missing account")?;
        if username.to_lowercase() != self.username.to_lowercase() {
            return Err("Invalid request for user!".into());
        }
        let scope = sent["requestedScopes"][0].as_str().ok_or("No scope")?;
        let client = sent["clientId"].as_str().ok_or("No client")?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let mut claims = json!({"aud": scope.rsplit_once('/').map_or(scope, |parts| parts.0),
                                "oid": self.oid, "tid": self.tid, "upn": self.username,
                                "appid": client, "exp": now.as_secs() + 3600});
        if let Some(kid) = sent["popParams"]["kid"].as_str() {
            claims["cnf"] = json!({"kid": kid});
        }
        let id_token = json!({"aud": client, "oid": self.oid, "tid": self.tid,
                              "preferred_username": self.username});
        let header = encode(&json!({"alg": "none"}));
        Ok(json!({"brokerTokenResponse": {
            "accessToken": format!("{header}.{}.c2ln", encode(&claims)),
            "accessTokenType": 0,
            "clientInfo": encode(&json!({"uid": self.oid, "utid": self.tid})),
            "expiresOn": now.as_millis() as u64 + 3_600_000,
            "extendedExpiresOn": now.as_secs() + 3600,
            "grantedScopes": scope,
            "idToken": format!("{header}.{}.c2ln", encode(&id_token)),
        }})
        .to_string())
    }
}

#[async_trait]
impl HimmelblauBroker for Directory {
    async fn acquire_token_interactively(
        &mut self, version: String, correlation: String, request: String, _uid: u32,
    ) -> Answer {
        self.record("acquireTokenInteractively", &version, &correlation, &request);
        self.token(&request)
    }

    async fn acquire_token_silently(
        &mut self, version: String, correlation: String, request: String, _uid: u32,
    ) -> Answer {
        self.record("acquireTokenSilently", &version, &correlation, &request);
        self.token(&request)
    }

    async fn get_accounts(
        &mut self, version: String, correlation: String, request: String, _uid: u32,
    ) -> Answer {
        self.record("getAccounts", &version, &correlation, &request);
        Ok(json!({"accounts": [{
            "environment": "login.windows.net", "givenName": "Ada", "name": "Ada",
            "homeAccountId": format!("{}.{}", self.oid, self.tid), "localAccountId": self.oid,
            "passwordExpiry": 0, "realm": self.tid, "username": self.username,
        }]})
        .to_string())
    }

    async fn remove_account(&mut self, _: String, _: String, _: String, _: u32) -> Answer {
        Err("Not implemented".into())
    }

    async fn acquire_prt_sso_cookie(&mut self, _: String, _: String, _: String, _: u32) -> Answer {
        Err("Not implemented".into())
    }

    async fn generate_signed_http_request(
        &mut self, _: String, _: String, _: String, _: u32,
    ) -> Answer {
        Err("Not implemented".into())
    }

    async fn cancel_interactive_flow(&mut self, _: String, _: String, _: String, _: u32) -> Answer {
        Err("Not implemented".into())
    }

    async fn get_linux_broker_version(
        &mut self, version: String, correlation: String, request: String, _uid: u32,
    ) -> Answer {
        self.record("getLinuxBrokerVersion", &version, &correlation, &request);
        Ok(json!({"linuxBrokerVersion": "0.0.0-peer"}).to_string())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [socket, username, oid, tid, log] = arguments.as_slice() else {
        return Err("SOCKET USERNAME OID TID LOG".into());
    };
    let directory = Directory {
        username: username.clone(), oid: oid.clone(), tid: tid.clone(), log: log.clone(),
    };
    let (_quit, quitting) = tokio::sync::broadcast::channel(1);
    let _daemon = himmelblau_broker_serve(directory, socket, quitting).await?;
    let silent = LogLevelCallbacks {
        get: Arc::new(|| "info".to_string()),
        set: Arc::new(|_| Ok(())),
    };
    himmelblau_session_broker_serve(socket, 30, silent)
        .await
        .map_err(|failure| format!("{failure:?}").into())
}
