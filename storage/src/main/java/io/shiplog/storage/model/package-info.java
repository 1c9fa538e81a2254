// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Small values that the pure cores share with the log: no file, thread or clock in here. */
package io.shiplog.storage.model;
