// SPDX-License-Identifier: MIT
//! Gets a token by Azure's SDK for Rust, which has no DefaultAzureCredential:
//!
//!     get_token ManagedIdentityCredential SCOPE

use azure_core::credentials::TokenCredential;
use azure_identity::ManagedIdentityCredential;
use serde_json::json;
use std::{env, error::Error, process::exit};

async fn get(scope: &str) -> Result<String, Box<dyn Error>> {
    let credential = ManagedIdentityCredential::new(None)?;
    let token = credential.get_token(&[scope], None).await?;
    Ok(
        json!({"token": token.token.secret(), "expires_on": token.expires_on.unix_timestamp()})
            .to_string(),
    )
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = env::args().collect();
    assert!(words.len() == 3 && words[1] == "ManagedIdentityCredential");
    match get(&words[2]).await {
        Ok(answer) => println!("{answer}"),
        Err(error) => {
            eprintln!("{error}");
            exit(1)
        }
    }
}
