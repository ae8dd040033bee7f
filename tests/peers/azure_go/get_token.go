// SPDX-License-Identifier: MIT

// get_token gets a token by Azure's SDK for Go, or as Terraform's provider azurerm does:
//
//	get_token CREDENTIAL SCOPE
//	get_token terraform|terraform-headers RESOURCE
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/hashicorp/go-azure-sdk/sdk/auth"
	"github.com/hashicorp/go-azure-sdk/sdk/environments"
)

type answer struct {
	Token     string `json:"token"`
	ExpiresOn int64  `json:"expires_on"`
}

func newCredential(name string) (azcore.TokenCredential, error) {
	switch name {
	case "ManagedIdentityCredential":
		return azidentity.NewManagedIdentityCredential(nil)
	case "DefaultAzureCredential":
		return azidentity.NewDefaultAzureCredential(nil)
	default:
		return nil, fmt.Errorf("no credential is called %s", name)
	}
}

func getBySDK(ctx context.Context, name, scope string) (answer, error) {
	credential, err := newCredential(name)
	if err != nil {
		return answer{}, err
	}
	token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
	return answer{token.Token, token.ExpiresOn.Unix()}, err
}

// What the provider gives to its SDK for use_msi, from its environment. Newer ones give it headers
// (ManagedIdentityCustomHeaders in its internal/provider/managed_identity.go).
func getAsTerraform(ctx context.Context, resource string, headers map[string][]string) (answer, error) {
	api := environments.NewApiEndpoint("Api", resource, nil).WithResourceIdentifier(resource)
	authorizer, err := auth.NewAuthorizerFromCredentials(ctx, auth.Credentials{
		Environment:                              *environments.AzurePublic(),
		EnableAuthenticatingUsingManagedIdentity: true,
		CustomManagedIdentityEndpoint:            os.Getenv("ARM_MSI_ENDPOINT"),
		CustomManagedIdentityAPIVersion:          os.Getenv("ARM_MSI_API_VERSION"),
		CustomManagedIdentityHeaders:             headers,
	}, api)
	if err != nil {
		return answer{}, err
	}
	token, err := authorizer.Token(ctx, nil)
	if err != nil {
		return answer{}, err
	}
	return answer{token.AccessToken, token.Expiry.Unix()}, nil
}

func get(name, scope string) (answer, error) {
	ctx := context.Background()
	switch name {
	case "terraform":
		return getAsTerraform(ctx, scope, nil)
	case "terraform-headers":
		return getAsTerraform(ctx, scope, map[string][]string{
			"X-IDENTITY-HEADER": {os.Getenv("IDENTITY_HEADER")}})
	}
	return getBySDK(ctx, name, scope)
}

func main() {
	got, err := get(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(got)
}
