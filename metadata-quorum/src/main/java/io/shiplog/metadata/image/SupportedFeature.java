// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.List;

/** The levels of a feature that some software supports, both ends included (KIP-584). */
public record SupportedFeature(String name, int minLevel, int maxLevel) {
    /** Whether it supports {@code level}; level 0 means that the feature is not in use. */
    public boolean contains(int level) {
        return level >= minLevel && level <= maxLevel;
    }

    /** The entry of that name; null when there is none. */
    public static SupportedFeature find(List<SupportedFeature> features, String name) {
        for (SupportedFeature feature : features) {
            if (feature.name().equals(name)) {
                return feature;
            }
        }
        return null;
    }
}
