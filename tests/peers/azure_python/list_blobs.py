# SPDX-License-Identifier: MIT
"""Lists a container by Azure's SDK for Python: list_blobs.py ACCOUNT_URL CONTAINER"""

import sys

from azure.identity import DefaultAzureCredential
from azure.storage.blob import ContainerClient

_, account, container = sys.argv
for blob in ContainerClient(account, container, DefaultAzureCredential()).list_blobs():
    print(blob.name)
