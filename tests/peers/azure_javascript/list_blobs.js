// SPDX-License-Identifier: MIT
// Lists a container by Azure's SDK for JavaScript: node list_blobs.js ACCOUNT_URL CONTAINER
import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';

const [account, container] = process.argv.slice(2);
const service = new BlobServiceClient(account, new DefaultAzureCredential());
for await (const blob of service.getContainerClient(container).listBlobsFlat()) {
    console.log(blob.name);
}
