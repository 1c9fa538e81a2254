// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The bytes of a record batch: header access, validation of what arrives, walking over a file. */
package io.shiplog.storage.batch;
