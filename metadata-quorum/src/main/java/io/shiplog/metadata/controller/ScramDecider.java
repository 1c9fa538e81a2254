// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.AlterScramCredentialsCommand;
import io.shiplog.metadata.proto.AlterScramCredentialsResult;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.RemoveScramCredentialRecord;
import io.shiplog.metadata.proto.ScramCredentialRecord;
import io.shiplog.metadata.proto.ScramResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** Stores and removes SCRAM credentials (KIP-554; {@code ScramControlManager}); a user may be named once in a call. */
final class ScramDecider {
    private static final int MIN_ITERATIONS = 4_096;
    private static final int MAX_ITERATIONS = 16_384;
    private static final int SHA_256 = 1;
    private static final int SHA_512 = 2;
    private static final int SHA_256_BYTES = 32;
    private static final int SHA_512_BYTES = 64;

    /** What is asked for one user: the record to agree on, or why there is none. */
    private record Outcome(MetadataRecord record, Refusal refusal) {}

    private final int maxCredentials;

    ScramDecider(int maxCredentials) {
        this.maxCredentials = maxCredentials;
    }

    Decision decide(MetadataImage image, AlterScramCredentialsCommand command) {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        for (RemoveScramCredentialRecord deletion : command.getDeletionsList()) {
            put(outcomes, deletion.getUser(), delete(image, deletion));
        }
        int size = image.registry().scramCredentials().size();
        for (ScramCredentialRecord upsertion : command.getUpsertionsList()) {
            boolean isNew = image.registry().scramCredential(upsertion.getUser(), upsertion.getMechanism()) == null;
            size += isNew ? 1 : 0;
            put(outcomes, upsertion.getUser(), upsert(upsertion, isNew && size > maxCredentials));
        }
        List<MetadataRecord> records = new ArrayList<>();
        AlterScramCredentialsResult.Builder results = AlterScramCredentialsResult.newBuilder();
        outcomes.forEach((user, outcome) -> {
            ScramResult.Builder result = ScramResult.newBuilder().setUser(user);
            if (outcome.refusal() == null) {
                records.add(outcome.record());
            } else {
                result.setError(outcome.refusal().error().code())
                        .setMessage(outcome.refusal().message());
            }
            results.addResults(result);
        });
        return Decision.atomic(
                image.offset(), records, MetadataResult.newBuilder().setAlterScramCredentials(results));
    }

    private static void put(Map<String, Outcome> outcomes, String user, Outcome outcome) {
        outcomes.merge(
                user,
                outcome,
                (first, second) -> refused(
                        Errors.DUPLICATE_RESOURCE, "A user credential cannot be altered twice in the same request."));
    }

    private static Outcome refused(Errors error, String message) {
        return new Outcome(null, new Refusal(error, message));
    }

    private static Outcome delete(MetadataImage image, RemoveScramCredentialRecord deletion) {
        Refusal refusal = refusal(deletion.getUser(), deletion.getMechanism());
        if (refusal != null) {
            return new Outcome(null, refusal);
        }
        return image.registry().scramCredential(deletion.getUser(), deletion.getMechanism()) == null
                ? refused(Errors.RESOURCE_NOT_FOUND, "Attempt to delete a user credential that does not exist.")
                : new Outcome(
                        ImageRecords.record().setRemoveScramCredential(deletion).build(), null);
    }

    private Outcome upsert(ScramCredentialRecord upsertion, boolean tooMany) {
        Refusal refusal = refusal(upsertion.getUser(), upsertion.getMechanism());
        if (refusal != null) {
            return new Outcome(null, refusal);
        }
        if (upsertion.getIterations() < MIN_ITERATIONS) {
            return refused(Errors.UNACCEPTABLE_CREDENTIAL, "Too few iterations.");
        }
        if (upsertion.getIterations() > MAX_ITERATIONS) {
            return refused(Errors.UNACCEPTABLE_CREDENTIAL, "Too many iterations.");
        }
        int keyBytes = upsertion.getMechanism() == SHA_256 ? SHA_256_BYTES : SHA_512_BYTES;
        if (upsertion.getSalt().isEmpty()
                || upsertion.getStoredKey().size() != keyBytes
                || upsertion.getServerKey().size() != keyBytes) {
            return refused(
                    Errors.UNACCEPTABLE_CREDENTIAL, "A credential needs a salt and keys of " + keyBytes + " bytes.");
        }
        return tooMany
                ? refused(Errors.POLICY_VIOLATION, "There are " + maxCredentials + " credentials already.")
                : new Outcome(
                        ImageRecords.record().setScramCredential(upsertion).build(), null);
    }

    private static Refusal refusal(String user, int mechanism) {
        if (user.isEmpty()) {
            return new Refusal(Errors.UNACCEPTABLE_CREDENTIAL, "Username must not be empty.");
        }
        return mechanism == SHA_256 || mechanism == SHA_512
                ? null
                : new Refusal(Errors.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism.");
    }
}
