// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * ListConfigResources: what can have settings (KIP-1142). Version 0 asks for client metrics subscriptions only, of which there
 * are none here. Of groups those that have settings of their own are told.
 */
final class ListConfigResourcesHandler implements RequestHandler<ListConfigResourcesRequestData> {
    private static final Set<ConfigResource.Type> KNOWN = EnumSet.of(
            ConfigResource.Type.TOPIC,
            ConfigResource.Type.BROKER,
            ConfigResource.Type.BROKER_LOGGER,
            ConfigResource.Type.CLIENT_METRICS,
            ConfigResource.Type.GROUP);

    private static final List<ConfigResource.Type> OF_BROKERS =
            List.of(ConfigResource.Type.BROKER_LOGGER, ConfigResource.Type.BROKER);

    private final ClusterView cluster;

    ListConfigResourcesHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.LIST_CONFIG_RESOURCES;
    }

    @Override
    public ListConfigResourcesRequestData read(BoundedReadable body, short version) {
        return new ListConfigResourcesRequestData(body, version);
    }

    @Override
    public void handle(ListConfigResourcesRequestData request, Exchange exchange) {
        Set<ConfigResource.Type> asked = asked(request, exchange.header().version());
        ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        if (!KNOWN.containsAll(asked)) {
            exchange.respond(response.setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
            return;
        }
        MetadataImage image = cluster.image();
        for (ConfigResource.Type type : OF_BROKERS) {
            if (asked.contains(type)) {
                for (BrokerImage broker : image.brokers()) {
                    add(response, type, Integer.toString(broker.id()));
                }
            }
        }
        if (asked.contains(ConfigResource.Type.TOPIC)) {
            for (TopicImage topic : image.topics()) {
                add(response, ConfigResource.Type.TOPIC, topic.name());
            }
        }
        if (asked.contains(ConfigResource.Type.GROUP)) {
            for (String group : image.configuredGroups()) {
                add(response, ConfigResource.Type.GROUP, group);
            }
        }
        exchange.respond(response);
    }

    private static Set<ConfigResource.Type> asked(ListConfigResourcesRequestData request, short version) {
        if (version == 0) {
            return EnumSet.of(ConfigResource.Type.CLIENT_METRICS);
        }
        if (request.resourceTypes().isEmpty()) {
            return KNOWN;
        }
        Set<ConfigResource.Type> asked = EnumSet.noneOf(ConfigResource.Type.class);
        for (byte id : request.resourceTypes()) {
            asked.add(ConfigResource.Type.forId(id));
        }
        return asked;
    }

    private static void add(ListConfigResourcesResponseData response, ConfigResource.Type type, String name) {
        response.configResources()
                .add(new ListConfigResourcesResponseData.ConfigResource()
                        .setResourceType(type.id())
                        .setResourceName(name));
    }
}
