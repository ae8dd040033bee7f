#include "common/request.h"

void token_request_clear(struct token_request *request)
{
    free(request->api);
    free(request->instance);
    free(request->tenant);
    free(request->client_id);
    free(request->scope);
    free(request->claims);
    secret_free(request->credential.client_secret);
    *request = (struct token_request){ 0 };
}
