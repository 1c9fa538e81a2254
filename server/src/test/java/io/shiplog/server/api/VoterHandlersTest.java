// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VoterHandlersTest {
    private static final Uuid DIRECTORY = new Uuid(4, 5);

    private final AdminHarness harness = new AdminHarness(
            (cluster, admin) -> List.of(new AddRaftVoterHandler(admin), new RemoveRaftVoterHandler(admin)));

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void voterIsAddedInEveryVersion(int version) {
        harness.admin.answers.add(answer(Errors.NONE, ""));
        AddRaftVoterResponseData response = add(version, 4, DIRECTORY, "cluster");
        assertThat(response.errorCode()).isZero();
        assertThat(response.errorMessage()).isNull();
        assertThat(harness.admin.voterChanges).containsExactly("add 4 " + DIRECTORY + " to 'cluster' in 99");
    }

    @Test
    void voterIsRemoved() {
        harness.admin.answers.add(answer(Errors.NONE, ""));
        assertThat(remove(4, DIRECTORY).errorCode()).isZero();
        assertThat(harness.admin.voterChanges).containsExactly("remove 4 " + DIRECTORY + " from '' in 0");
    }

    @Test
    void refusalsAreTold() {
        harness.admin.answers.add(answer(Errors.DUPLICATE_VOTER, "is one"));
        AddRaftVoterResponseData added = add(1, 4, DIRECTORY, null);
        assertThat(Errors.forCode(added.errorCode())).isEqualTo(Errors.DUPLICATE_VOTER);
        assertThat(added.errorMessage()).isEqualTo("is one");
        harness.admin.answers.add(answer(Errors.VOTER_NOT_FOUND, ""));
        RemoveRaftVoterResponseData removed = remove(4, DIRECTORY);
        assertThat(Errors.forCode(removed.errorCode())).isEqualTo(Errors.VOTER_NOT_FOUND);
        assertThat(removed.errorMessage()).isNotEmpty();
    }

    @Test
    void changeWhoseFirstAnswerWasLostIsASuccess() {
        harness.admin.answers.add(AdminAnswer.refused(Errors.DUPLICATE_VOTER, "is one", true));
        assertThat(add(1, 4, DIRECTORY, null).errorCode()).isZero();
        harness.admin.answers.add(AdminAnswer.refused(Errors.VOTER_NOT_FOUND, "is none", true));
        assertThat(remove(4, DIRECTORY).errorCode()).isZero();
    }

    @Test
    void voterWithoutANameIsRefused() {
        assertThat(Errors.forCode(add(1, -1, DIRECTORY, null).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(Errors.forCode(add(1, 4, Uuid.ZERO_UUID, null).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(Errors.forCode(remove(-1, DIRECTORY).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(Errors.forCode(remove(4, Uuid.ZERO_UUID).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(harness.admin.voterChanges).isEmpty();
    }

    private static AdminAnswer answer(Errors error, String message) {
        return AdminAnswer.refused(error, message, false);
    }

    private AddRaftVoterResponseData add(int version, int id, Uuid directory, String clusterId) {
        var request = new AddRaftVoterRequestData()
                .setVoterId(id)
                .setVoterDirectoryId(directory)
                .setClusterId(clusterId)
                .setTimeoutMs(99);
        return harness.ask(ApiKeys.ADD_RAFT_VOTER, version, request, new AddRaftVoterResponseData());
    }

    private RemoveRaftVoterResponseData remove(int id, Uuid directory) {
        var request = new RemoveRaftVoterRequestData()
                .setVoterId(id)
                .setVoterDirectoryId(directory)
                .setClusterId(null);
        return harness.ask(ApiKeys.REMOVE_RAFT_VOTER, 0, request, new RemoveRaftVoterResponseData());
    }
}
