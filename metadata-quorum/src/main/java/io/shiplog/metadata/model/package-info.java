// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Small shared values of this module; pure. */
package io.shiplog.metadata.model;
