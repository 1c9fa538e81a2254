// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.model;

/** Which version of Shiplog this is. */
public final class SoftwareVersion {
    public static final String TEXT = "0.1.0";

    private SoftwareVersion() {}
}
