// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** State of producers: what a partition must remember to recognise a repeated batch, and to know which transactions are undecided. */
package io.shiplog.storage.producer;
