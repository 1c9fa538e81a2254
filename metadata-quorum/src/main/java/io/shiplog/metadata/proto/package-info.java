// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Generated messages of {@code shiplog/metadata.proto}: records, commands and the metadata endpoint. Internal to this module. */
package io.shiplog.metadata.proto;
