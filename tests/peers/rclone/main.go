// SPDX-License-Identifier: MIT

// rclone, with the storage that the tests have.
package main

import (
	_ "github.com/rclone/rclone/backend/azureblob"
	"github.com/rclone/rclone/cmd"
	_ "github.com/rclone/rclone/cmd/cat"
	_ "github.com/rclone/rclone/cmd/ls"
)

func main() {
	cmd.Main()
}
