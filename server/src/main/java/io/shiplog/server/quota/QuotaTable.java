// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import io.shiplog.metadata.image.QuotaEntity;
import io.shiplog.metadata.image.RegistryImage;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * The quotas that are agreed on, by whom they concern. Immutable. The first of these that is set holds (Kafka's {@code
 * ClientQuotaManager.DefaultQuotaCallback}):
 *
 * <pre>
 *                                 shared by
 * user U, client id C             that client id of the user
 * user U, client id default       each client id of the user for itself
 * user U                          all clients of the user
 * user default, client id C       that client id of each user for itself
 * user default, client id default each client id of each user for itself
 * user default                    all clients of each user
 * client id C                     that client id, whatever the user
 * client id default               each client id, whatever the user
 * </pre>
 */
final class QuotaTable {
    static final QuotaTable EMPTY = new QuotaTable();
    private static final String CONNECTION_RATE = "connection_creation_rate";

    /**
     * A quota that holds for a client.
     *
     * @param limit per second
     * @param user  of those who share it; "" when it is not only one
     * @param clientId of those who share it; "" when it is not only one
     */
    record Share(double limit, String user, String clientId) {}

    private final Named<OfUser> users = new Named<>();
    private final Named<Map<QuotaType, Double>> clients = new Named<>();
    private final Named<Double> addresses = new Named<>();
    private boolean anyOfClients;

    private QuotaTable() {}

    static QuotaTable of(RegistryImage registry) {
        QuotaTable table = new QuotaTable();
        for (QuotaEntity entity : registry.quotaEntities()) {
            table.add(entity, registry.quotas(entity));
        }
        return table;
    }

    /** Whether users or client ids have a quota. */
    boolean limitsClients() {
        return anyOfClients;
    }

    /** Whether addresses have a quota. */
    boolean limitsAddresses() {
        return !addresses.isEmpty();
    }

    /** What holds for a client; null: nothing. */
    Share find(QuotaType type, String user, String clientId) {
        Share share = users.find(user) == null ? null : users.find(user).find(type, user, clientId);
        if (share == null && users.otherwise != null) {
            share = users.otherwise.find(type, user, clientId);
        }
        if (share != null) {
            return share;
        }
        Double limit = limit(clients, type, clientId);
        return limit == null ? null : new Share(limit, "", clientId);
    }

    /** Connections that an address may make in a second; infinite: as many as it likes. */
    double connectionRate(InetAddress address) {
        Double limit = addresses.find(text(address));
        limit = limit == null ? addresses.otherwise : limit;
        return limit == null ? Double.POSITIVE_INFINITY : limit;
    }

    private static Double limit(Named<Map<QuotaType, Double>> clients, QuotaType type, String clientId) {
        Map<QuotaType, Double> own = clients.find(clientId);
        Double limit = own == null ? null : own.get(type);
        boolean fallsBack = limit == null && clients.otherwise != null;
        return fallsBack ? clients.otherwise.get(type) : limit;
    }

    private void add(QuotaEntity entity, Map<String, Double> quotas) {
        QuotaEntity.Part user = null;
        QuotaEntity.Part client = null;
        for (QuotaEntity.Part part : entity.parts()) {
            switch (part.type()) {
                case QuotaEntity.USER -> user = part;
                case QuotaEntity.CLIENT_ID -> client = part;
                default -> addAddress(part.name(), quotas.get(CONNECTION_RATE));
            }
        }
        Map<QuotaType, Double> limits = limits(quotas);
        if (limits.isEmpty() || (user == null && client == null)) {
            return;
        }
        anyOfClients = true;
        if (user == null) {
            clients.put(client.name(), limits);
            return;
        }
        OfUser ofUser = user.name() == null ? users.otherwise : users.find(user.name());
        if (ofUser == null) {
            ofUser = new OfUser();
            users.put(user.name(), ofUser);
        }
        if (client == null) {
            ofUser.own = limits;
        } else {
            ofUser.clients.put(client.name(), limits);
        }
    }

    private void addAddress(String name, Double limit) {
        if (limit != null) {
            addresses.put(name == null ? null : text(name), limit);
        }
    }

    /** An address can be written in many ways; this is one of them. The controller lets nothing through that is none, so nothing is looked up. */
    private static String text(String address) {
        try {
            return text(InetAddress.getByName(address));
        } catch (UnknownHostException notAnAddress) {
            return address;
        }
    }

    /** Without the interface that a link-local one came through. */
    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    private static Map<QuotaType, Double> limits(Map<String, Double> quotas) {
        Map<QuotaType, Double> limits = new EnumMap<>(QuotaType.class);
        for (QuotaType type : QuotaType.values()) {
            Double limit = quotas.get(type.key());
            if (limit != null) {
                limits.put(type, limit);
            }
        }
        return limits;
    }

    /** Values by name, and one for all other names. */
    private static final class Named<V> {
        private final Map<String, V> byName = new HashMap<>();
        private V otherwise;

        V find(String name) {
            return byName.get(name);
        }

        /** @param name null: all others */
        void put(String name, V value) {
            if (name == null) {
                otherwise = value;
            } else {
                byName.put(name, value);
            }
        }

        boolean isEmpty() {
            return otherwise == null && byName.isEmpty();
        }
    }

    /** What is set for a user, or for all other users. */
    private static final class OfUser {
        private final Named<Map<QuotaType, Double>> clients = new Named<>();
        private Map<QuotaType, Double> own = Map.of();

        Share find(QuotaType type, String user, String clientId) {
            Double ofClient = limit(clients, type, clientId);
            if (ofClient != null) {
                return new Share(ofClient, user, clientId);
            }
            Double ofUser = own.get(type);
            return ofUser == null ? null : new Share(ofUser, user, "");
        }
    }
}
