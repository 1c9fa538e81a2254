// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.RegistryRecords;
import io.shiplog.metadata.image.SupportedFeature;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.FeatureRange;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Who may register as a broker, and what a registration must say. */
final class RegistrationCheck {
    private static final int MAX_ENDPOINTS = 16;
    private static final int MAX_DIRECTORIES = 256;
    private static final int MAX_FEATURES = 64;
    private static final int MAX_TEXT = 255;
    private static final int MAX_PORT = 65_535;

    private RegistrationCheck() {}

    /** Why the registration is refused; null when it is not. */
    static Refusal refusal(MetadataImage image, int brokerId, RegisterBrokerCommand command) {
        if (!command.getClusterId().isEmpty() && !command.getClusterId().equals(image.clusterId())) {
            return new Refusal(
                    Errors.INCONSISTENT_CLUSTER_ID,
                    "This is cluster " + image.clusterId() + ", not " + command.getClusterId() + ".");
        }
        String problem = problem(brokerId, command);
        if (problem == null) {
            problem = directoryOfAnother(image, brokerId, Uuids.fromBytes(command.getDirectoryIdsList()));
        }
        if (problem != null) {
            return new Refusal(Errors.INVALID_REGISTRATION, problem);
        }
        Refusal refusal = forgotten(image, brokerId, command.getCleanShutdownEpoch());
        if (refusal == null) {
            refusal = unsupportedFeature(image, RegistryRecords.features(command.getFeaturesList()));
        }
        return refusal != null ? refusal : existing(image.broker(brokerId), command);
    }

    /** A broker that stopped cleanly in an epoch that was never given to it has seen metadata that this quorum has not. */
    private static Refusal forgotten(MetadataImage image, int brokerId, long cleanEpoch) {
        BrokerImage existing = image.broker(brokerId);
        if (cleanEpoch < image.offset() && (existing == null || cleanEpoch <= existing.epoch())) {
            return null;
        }
        return new Refusal(
                Errors.INVALID_REGISTRATION,
                "Broker " + brokerId + " stopped in broker epoch " + cleanEpoch + ", and "
                        + (existing == null
                                ? "the metadata end at " + image.offset()
                                : "the last one known here is " + existing.epoch())
                        + ": the metadata were taken back, as by a restore from an older copy.");
    }

    /** Whoever cannot read what is agreed on must not take part ({@code ClusterControlManager.processRegistrationFeature}). */
    private static Refusal unsupportedFeature(MetadataImage image, List<SupportedFeature> named) {
        List<SupportedFeature> features = named.isEmpty() ? Features.unnamed() : named;
        for (Map.Entry<String, Integer> inUse : image.registry().featureLevels().entrySet()) {
            SupportedFeature own = SupportedFeature.find(features, inUse.getKey());
            if (own == null || !own.contains(inUse.getValue())) {
                return new Refusal(
                        Errors.UNSUPPORTED_VERSION,
                        "Unable to register because the broker does not support version " + inUse.getValue() + " of "
                                + inUse.getKey() + ", which is in use."
                                + (own == null ? "" : " It wants " + own.minLevel() + " to " + own.maxLevel() + "."));
            }
        }
        return null;
    }

    private static String problemOfFeatures(List<FeatureRange> features) {
        if (features.size() > MAX_FEATURES) {
            return "A registration names at most " + MAX_FEATURES + " features.";
        }
        Set<String> names = new HashSet<>();
        for (FeatureRange feature : features) {
            if (feature.getName().isEmpty() || feature.getName().length() > MAX_TEXT || !names.add(feature.getName())) {
                return "A feature needs a name of its own, of at most " + MAX_TEXT + " characters.";
            }
            if (feature.getMinLevel() < 0 || feature.getMinLevel() > feature.getMaxLevel()) {
                return "Feature " + feature.getName() + " is supported in no version.";
            }
        }
        return null;
    }

    private static Refusal existing(BrokerImage existing, RegisterBrokerCommand command) {
        if (existing == null) {
            return null;
        }
        if (existing.incarnationId().equals(Uuids.fromBytes(command.getIncarnationId()))) {
            return same(existing, command)
                    ? null
                    : new Refusal(
                            Errors.INVALID_REGISTRATION,
                            "Broker " + existing.id()
                                    + " registered this incarnation with other endpoints, rack or disks.");
        }
        return existing.fenced()
                ? null
                : new Refusal(
                        Errors.DUPLICATE_BROKER_REGISTRATION,
                        "Broker " + existing.id() + " is registered and alive. If it was restarted just now, try again:"
                                + " its old session ends soon.");
    }

    private static boolean same(BrokerImage existing, RegisterBrokerCommand command) {
        return existing.endpoints().equals(ImageRecords.endpoints(command.getEndpointsList()))
                && existing.rack().equals(command.getRack())
                && existing.directoryIds().equals(Uuids.fromBytes(command.getDirectoryIdsList()));
    }

    private static String problem(int brokerId, RegisterBrokerCommand command) {
        if (brokerId < 0) {
            return "A broker's id must not be negative.";
        }
        if (Uuids.fromBytes(command.getIncarnationId()).equals(Uuid.ZERO_UUID)) {
            return "A registration needs an incarnation id.";
        }
        if (command.getRack().length() > MAX_TEXT) {
            return "The rack's name is too long.";
        }
        String problem = problemOfEndpoints(command.getEndpointsList());
        if (problem == null && command.hasAdminEndpoint()) {
            problem = problemOfEndpoints(List.of(command.getAdminEndpoint()));
        }
        if (problem == null) {
            problem = problemOfFeatures(command.getFeaturesList());
        }
        return problem != null ? problem : problemOfDirectories(Uuids.fromBytes(command.getDirectoryIdsList()));
    }

    private static String problemOfEndpoints(List<Endpoint> endpoints) {
        if (endpoints.isEmpty() || endpoints.size() > MAX_ENDPOINTS) {
            return "A registration needs 1 to " + MAX_ENDPOINTS + " endpoints.";
        }
        for (Endpoint endpoint : endpoints) {
            String host = endpoint.getHost();
            if (host.isEmpty() || host.length() > MAX_TEXT || endpoint.getName().length() > MAX_TEXT) {
                return "An endpoint needs a host, of at most " + MAX_TEXT + " characters.";
            }
            if (endpoint.getPort() < 1 || endpoint.getPort() > MAX_PORT) {
                return "An endpoint's port must be from 1 to " + MAX_PORT + ", not " + endpoint.getPort() + ".";
            }
        }
        return null;
    }

    private static String problemOfDirectories(List<Uuid> directories) {
        if (directories.isEmpty() || directories.size() > MAX_DIRECTORIES) {
            return "A registration needs 1 to " + MAX_DIRECTORIES + " directories.";
        }
        if (directories.contains(Uuid.ZERO_UUID)) {
            return "A directory needs an id.";
        }
        return new HashSet<>(directories).size() < directories.size() ? "A directory is named twice." : null;
    }

    private static String directoryOfAnother(MetadataImage image, int brokerId, List<Uuid> directories) {
        for (BrokerImage broker : image.brokers()) {
            for (Uuid directory : broker.directoryIds()) {
                if (broker.id() != brokerId && directories.contains(directory)) {
                    return "Directory " + directory + " is registered by broker " + broker.id() + ".";
                }
            }
        }
        return null;
    }
}
