// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBrokerCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeCluster: the cluster id and the nodes, fenced ones too when asked for (KIP-700, KIP-919, KIP-1073). */
final class DescribeClusterHandler implements RequestHandler<DescribeClusterRequestData> {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final ClusterView cluster;

    DescribeClusterHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_CLUSTER;
    }

    @Override
    public DescribeClusterRequestData read(BoundedReadable body, short version) {
        return new DescribeClusterRequestData(body, version);
    }

    @Override
    public void handle(DescribeClusterRequestData request, Exchange exchange) {
        if (request.endpointType() == BROKERS) {
            exchange.respond(describe(request));
            return;
        }
        boolean controllers = request.endpointType() == CONTROLLERS;
        exchange.respond(new DescribeClusterResponseData()
                .setErrorCode((controllers ? Errors.MISMATCHED_ENDPOINT_TYPE : Errors.UNSUPPORTED_ENDPOINT_TYPE).code())
                .setErrorMessage(
                        controllers
                                ? "This endpoint is a broker's; controllers of this system do not speak Kafka's protocol."
                                : "Unsupported endpoint type " + request.endpointType()));
    }

    private DescribeClusterResponseData describe(DescribeClusterRequestData request) {
        MetadataImage image = cluster.image();
        DescribeClusterBrokerCollection brokers = new DescribeClusterBrokerCollection();
        for (BrokerImage broker : image.brokers()) {
            ListenerEndpoint endpoint = AliveNodes.endpoint(broker);
            if (endpoint != null && (request.includeFencedBrokers() || !broker.fenced())) {
                brokers.add(new DescribeClusterBroker()
                        .setBrokerId(broker.id())
                        .setHost(endpoint.host())
                        .setPort(endpoint.port())
                        .setRack(AliveNodes.rack(broker))
                        .setIsFenced(broker.fenced()));
            }
        }
        return new DescribeClusterResponseData()
                .setClusterId(image.clusterId())
                .setControllerId(AliveNodes.controller(cluster))
                .setClusterAuthorizedOperations(
                        request.includeClusterAuthorizedOperations()
                                ? AuthorizedOperations.OF_CLUSTER
                                : AuthorizedOperations.NOT_ASKED_FOR)
                .setEndpointType(BROKERS)
                .setBrokers(brokers);
    }
}
