// SPDX-License-Identifier: MIT

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;

/** Gets a token by Azure's SDK for Java: GetToken CREDENTIAL SCOPE */
class GetToken {
    private static TokenCredential credential(String name) {
        switch (name) {
        case "ManagedIdentityCredential":
            return new ManagedIdentityCredentialBuilder().build();
        case "DefaultAzureCredential":
            return new DefaultAzureCredentialBuilder().build();
        default:
            throw new IllegalArgumentException(name);
        }
    }

    public static void main(String[] words) {
        try {
            AccessToken token = credential(words[0])
                .getTokenSync(new TokenRequestContext().addScopes(words[1]));
            System.out.printf("{\"token\": \"%s\", \"expires_on\": %d}%n", token.getToken(),
                token.getExpiresAt().toEpochSecond());
        } catch (RuntimeException error) {
            error.printStackTrace();
            System.exit(1);
        }
    }
}
