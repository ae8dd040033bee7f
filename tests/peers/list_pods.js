// SPDX-License-Identifier: MIT
// Lists pods as a program on the official JavaScript client does: node list_pods.js KUBECONFIG
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromFile(process.argv[2]);
const api = config.makeApiClient(CoreV1Api);
for (let call = 0; call < 2; call++) {
    const pods = await api.listNamespacedPod({ namespace: 'default' });
    console.log(pods.items.map((pod) => `${pod.metadata.name} ${pod.status.phase}`).join('\n'));
}
