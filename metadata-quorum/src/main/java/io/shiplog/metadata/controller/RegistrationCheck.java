// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import java.util.HashSet;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Who may register as a broker, and what a registration must say. */
final class RegistrationCheck {
    private static final int MAX_ENDPOINTS = 16;
    private static final int MAX_DIRECTORIES = 256;
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
        return existing(image.broker(brokerId), command);
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
