// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import com.google.protobuf.ByteString;

/**
 * What is stored of a user's password for SCRAM (RFC 5802): enough to verify it, not to learn it.
 *
 * @param mechanism type number of Kafka's {@code ScramMechanism}: 1 SHA-256, 2 SHA-512
 */
public record ScramCredential(
        String user, int mechanism, ByteString salt, ByteString storedKey, ByteString serverKey, int iterations) {

    /** A user has one credential per mechanism. */
    record Key(String user, int mechanism) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byUser = user.compareTo(other.user);
            return byUser != 0 ? byUser : Integer.compare(mechanism, other.mechanism);
        }
    }

    Key key() {
        return new Key(user, mechanism);
    }

    /** Without the keys, which do not belong in a log. */
    @Override
    public String toString() {
        return "ScramCredential(user=" + user + ", mechanism=" + mechanism + ", iterations=" + iterations + ")";
    }
}
