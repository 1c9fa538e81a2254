// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.proto.AlterScramCredentialsCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.RemoveScramCredentialRecord;
import io.shiplog.metadata.proto.ScramCredentialRecord;
import io.shiplog.metadata.proto.ScramResult;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;

/**
 * AlterUserScramCredentials: the credentials of users, as stored state (KIP-554). The salted password ends here: what is stored
 * are the two keys that are made of it, which are enough to recognise a user and not enough to pose as one.
 */
final class AlterUserScramCredentialsHandler implements RequestHandler<AlterUserScramCredentialsRequestData> {
    private final AdminPort admin;

    AlterUserScramCredentialsHandler(AdminPort admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_USER_SCRAM_CREDENTIALS;
    }

    @Override
    public AlterUserScramCredentialsRequestData read(BoundedReadable body, short version) {
        return new AlterUserScramCredentialsRequestData(body, version);
    }

    @Override
    public void handle(AlterUserScramCredentialsRequestData request, Exchange exchange) {
        for (ScramCredentialUpsertion upsertion : request.upsertions()) {
            if (upsertion.saltedPassword().length == 0) {
                String message = "The salted password of user " + upsertion.name() + " is empty; nothing was changed.";
                exchange.respond(refusal(request, Errors.UNACCEPTABLE_CREDENTIAL, message));
                return;
            }
        }
        Later.answered(
                admin.submit(command(request), Origins.of(exchange), 0),
                exchange,
                answer -> exchange.respond(
                        answer.isRefused() ? refusal(request, answer.error(), answer.message()) : response(answer)));
    }

    private static MetadataCommand.Builder command(AlterUserScramCredentialsRequestData request) {
        AlterScramCredentialsCommand.Builder command = AlterScramCredentialsCommand.newBuilder();
        for (ScramCredentialDeletion deletion : request.deletions()) {
            command.addDeletions(RemoveScramCredentialRecord.newBuilder()
                    .setUser(deletion.name())
                    .setMechanism(deletion.mechanism()));
        }
        for (ScramCredentialUpsertion upsertion : request.upsertions()) {
            command.addUpsertions(credential(upsertion));
        }
        return MetadataCommand.newBuilder().setAlterScramCredentials(command);
    }

    /** A mechanism that nobody knows has no keys; the controller refuses it by its number. */
    private static ScramCredentialRecord credential(ScramCredentialUpsertion upsertion) {
        ScramCredentialRecord.Builder credential = ScramCredentialRecord.newBuilder()
                .setUser(upsertion.name())
                .setMechanism(upsertion.mechanism())
                .setSalt(ByteString.copyFrom(upsertion.salt()))
                .setIterations(upsertion.iterations());
        ScramMechanism mechanism = mechanism(upsertion.mechanism());
        if (mechanism != null) {
            addKeys(credential, mechanism, upsertion.saltedPassword());
        }
        return credential.build();
    }

    private static void addKeys(
            ScramCredentialRecord.Builder credential, ScramMechanism mechanism, byte[] saltedPassword) {
        try {
            ScramFormatter formatter = new ScramFormatter(mechanism);
            byte[] clientKey = formatter.clientKey(saltedPassword);
            credential
                    .setStoredKey(ByteString.copyFrom(formatter.storedKey(clientKey)))
                    .setServerKey(ByteString.copyFrom(formatter.serverKey(saltedPassword)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has the hashes of SCRAM, and they take any key", e);
        }
    }

    private static ScramMechanism mechanism(byte type) {
        var named = org.apache.kafka.clients.admin.ScramMechanism.fromType(type);
        return ScramMechanism.forMechanismName(named.mechanismName());
    }

    private static AlterUserScramCredentialsResponseData response(AdminAnswer answer) {
        AlterUserScramCredentialsResponseData response = new AlterUserScramCredentialsResponseData();
        for (ScramResult result : answer.result().getAlterScramCredentials().getResultsList()) {
            Errors error = answer.settled(Errors.forCode((short) result.getError()), Errors.RESOURCE_NOT_FOUND);
            response.results().add(result(result.getUser(), error, result.getMessage()));
        }
        return response;
    }

    private static AlterUserScramCredentialsResponseData refusal(
            AlterUserScramCredentialsRequestData request, Errors error, String message) {
        Set<String> users = new LinkedHashSet<>();
        request.deletions().forEach(deletion -> users.add(deletion.name()));
        request.upsertions().forEach(upsertion -> users.add(upsertion.name()));
        AlterUserScramCredentialsResponseData response = new AlterUserScramCredentialsResponseData();
        users.forEach(user -> response.results().add(result(user, error, message)));
        return response;
    }

    private static AlterUserScramCredentialsResult result(String user, Errors error, String message) {
        return new AlterUserScramCredentialsResult()
                .setUser(user)
                .setErrorCode(error.code())
                .setErrorMessage(AdminAnswer.message(error, message));
    }
}
