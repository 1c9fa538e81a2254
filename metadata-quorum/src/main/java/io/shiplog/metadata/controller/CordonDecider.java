// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobKind;
import io.shiplog.metadata.image.JobsImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.CordonBrokerCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** Nodes that get no new replicas: by hand, or for a job that empties them. */
final class CordonDecider {
    private CordonDecider() {}

    static Decision decide(MetadataImage image, CordonBrokerCommand command) {
        Refusal refusal = refusal(image, command);
        if (refusal != null) {
            return refusal.decision(image.offset());
        }
        BrokerImage broker = image.broker(command.getTargetBrokerId());
        List<MetadataRecord> records = broker.cordoned() == command.getCordoned()
                ? List.of()
                : List.of(record(
                        broker,
                        command.getCordoned(),
                        command.getCordoned() ? "cordoned by an operator" : "uncordoned by an operator"));
        return Decision.atomic(image.offset(), records, MetadataResult.newBuilder());
    }

    private static Refusal refusal(MetadataImage image, CordonBrokerCommand command) {
        Refusal unsupported = unsupported(image);
        if (unsupported != null) {
            return unsupported;
        }
        int node = command.getTargetBrokerId();
        if (image.broker(node) == null) {
            return notRegistered(image, node);
        }
        JobImage job = command.getCordoned() ? null : emptying(image, node);
        return job == null
                ? null
                : new Refusal(
                        Errors.INVALID_REQUEST, "Job " + job.id() + " is emptying node " + node + ": cancel it first.");
    }

    static Refusal notRegistered(MetadataImage image, int node) {
        return new Refusal(
                Errors.BROKER_ID_NOT_REGISTERED, "Node " + node + " is not registered" + registered(image) + ".");
    }

    /** Who could be meant, as far as that is a help. */
    static String registered(MetadataImage image) {
        List<Integer> ids = image.brokers().stream().map(BrokerImage::id).toList();
        return ids.size() <= JobLimits.NAMED ? ": there are " + ids : "";
    }

    /** Why there is nothing of jobs or cordons yet; null when there is. */
    static Refusal unsupported(MetadataImage image) {
        int level = image.registry().featureLevel(Features.SHIPLOG_METADATA_VERSION);
        return level >= JobsImage.FIRST_LEVEL
                ? null
                : new Refusal(
                        Errors.UNSUPPORTED_VERSION,
                        "Jobs and cordons need " + Features.SHIPLOG_METADATA_VERSION + " " + JobsImage.FIRST_LEVEL
                                + ", and the cluster uses " + level
                                + "; raise it with kafka-features upgrade when all nodes support it.");
    }

    /** The open job that a node is being emptied by; null when there is none. */
    static JobImage emptying(MetadataImage image, int node) {
        for (JobImage job : image.jobs().open()) {
            boolean empties = job.kind() == JobKind.DRAIN_NODE || job.kind() == JobKind.REPLACE_NODE;
            if (empties && job.nodes().get(0) == node) {
                return job;
            }
        }
        return null;
    }

    static MetadataRecord record(BrokerImage broker, boolean cordoned, String cause) {
        return ImageRecords.record()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch())
                        .setFenced(broker.fenced())
                        .setInControlledShutdown(broker.inControlledShutdown())
                        .setDraining(broker.draining())
                        .setCordoned(cordoned)
                        .setCause(cause))
                .build();
    }
}
