// SPDX-License-Identifier: MIT
// Gets a token by Azure's SDK for JavaScript: node get_token.js CREDENTIAL SCOPE
import * as identity from '@azure/identity';

const [credential, scope] = process.argv.slice(2);
try {
    const token = await new identity[credential]().getToken(scope);
    console.log(JSON.stringify({
        token: token.token,
        expires_on: Math.floor(token.expiresOnTimestamp / 1000),
    }));
} catch (error) {
    console.error(error.message);
    process.exit(1);
}
