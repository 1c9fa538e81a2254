// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The file port: everything that storage asks of a file system, and its implementation on a disk. */
package io.shiplog.storage.files;
