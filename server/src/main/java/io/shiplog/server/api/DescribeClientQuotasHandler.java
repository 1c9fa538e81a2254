// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.QuotaEntity;
import io.shiplog.metadata.image.RegistryImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntryData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.ValueData;
import org.apache.kafka.common.protocol.ApiKeys;

/** DescribeClientQuotas: the stored quotas of the entities that match a filter, from this node's own image (KIP-546). */
final class DescribeClientQuotasHandler implements RequestHandler<DescribeClientQuotasRequestData> {
    private final ClusterView cluster;

    DescribeClientQuotasHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_CLIENT_QUOTAS;
    }

    @Override
    public DescribeClientQuotasRequestData read(BoundedReadable body, short version) {
        return new DescribeClientQuotasRequestData(body, version);
    }

    @Override
    public void handle(DescribeClientQuotasRequestData request, Exchange exchange) {
        QuotaFilter filter = new QuotaFilter(request.components(), request.strict());
        if (filter.fault() != null) {
            exchange.respond(new DescribeClientQuotasResponseData()
                    .setErrorCode(filter.fault().error().code())
                    .setErrorMessage(filter.fault().message())
                    .setEntries(null));
            return;
        }
        RegistryImage registry = cluster.image().registry();
        DescribeClientQuotasResponseData response =
                new DescribeClientQuotasResponseData().setEntries(new ArrayList<>());
        for (QuotaEntity entity : registry.quotaEntities()) {
            if (filter.matches(entity)) {
                response.entries().add(entry(registry, entity));
            }
        }
        exchange.respond(response);
    }

    private static EntryData entry(RegistryImage registry, QuotaEntity entity) {
        EntryData entry = new EntryData();
        for (QuotaEntity.Part part : entity.parts()) {
            entry.entity().add(new EntityData().setEntityType(part.type()).setEntityName(part.name()));
        }
        registry.quotas(entity)
                .forEach((key, value) ->
                        entry.values().add(new ValueData().setKey(key).setValue(value)));
        return entry;
    }
}
