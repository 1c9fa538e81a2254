// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.QuotaEntity;
import io.shiplog.metadata.image.QuotaEntity.Part;
import io.shiplog.metadata.image.RegistryImage;
import io.shiplog.metadata.image.RegistryRecords;
import io.shiplog.metadata.proto.MetadataRecord;
import java.util.ArrayList;
import java.util.List;

/** Quotas for tests, as the metadata has them. */
public final class QuotaImages {
    private final List<MetadataRecord> records = new ArrayList<>();

    /**
     * Adds one.
     *
     * @param entity such as {@code user=u, client-id=<default>}
     */
    public QuotaImages with(String entity, String key, double limit) {
        List<Part> parts = new ArrayList<>();
        for (String part : entity.split(", ", -1)) {
            String[] typeAndName = part.split("=", -1);
            parts.add(new Part(typeAndName[0], typeAndName[1].equals("<default>") ? null : typeAndName[1]));
        }
        records.add(RegistryRecords.quota(new QuotaEntity(parts), key, limit).build());
        return this;
    }

    public RegistryImage registry() {
        return MetadataImage.empty().candidate(records).registry();
    }
}
