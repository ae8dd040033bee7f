/* SPDX-License-Identifier: MIT */
/*
 * Folders by which users keep accounts apart. kubelogin has one account for each folder that its
 * --cache-dir names, and 'az' for each AZURE_CONFIG_DIR. Nothing of ours is stored there: the
 * folder is a name, under which an account is remembered (common/store/default_account.h).
 */
#ifndef COMMON_ENTRA_ACCOUNT_FOLDER_H
#define COMMON_ENTRA_ACCOUNT_FOLDER_H

/* The folder in the form in which it is a name: "~/", "$HOME/" and "${HOME}/" at its start, which
 * kubeconfigs have as they are, become the home folder; repeated slashes, a "." between them and
 * slashes at the end go. A relative path stays one, so that the working directory decides nothing.
 * The caller frees the result. NULL for the folders that stand for no choice, since kubelogin and
 * 'az' use them by themselves: ~/.kube/cache, ~/.kube/cache/kubelogin and ~/.azure. */
char *account_folder(const char *path);

#endif
