// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** State of idempotent producers: what a partition must remember to recognise a repeated batch. */
package io.shiplog.storage.producer;
