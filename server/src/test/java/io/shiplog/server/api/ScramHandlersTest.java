// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.ScramCredential;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.junit.jupiter.api.Test;

class ScramHandlersTest {
    private static final byte SHA_256 = 1;
    private static final byte SHA_512 = 2;
    private static final byte[] SALTED = "salted".getBytes(StandardCharsets.UTF_8);

    private final AdminHarness harness = new AdminHarness((cluster, admin) ->
            List.of(new AlterUserScramCredentialsHandler(admin), new DescribeUserScramCredentialsHandler(cluster)));

    @Test
    void credentialsAreStoredAsKeysAndDescribedWithoutThem() throws Exception {
        assertThat(alter(List.of(), upsertion("alice", SHA_256), upsertion("bob", SHA_512)))
                .containsExactlyInAnyOrder("alice NONE", "bob NONE");
        assertThat(describe()).containsExactly("alice NONE 1:4096", "bob NONE 2:4096");
        ScramFormatter formatter = new ScramFormatter(ScramMechanism.SCRAM_SHA_256);
        ScramCredential stored = harness.cluster.image().registry().scramCredential("alice", SHA_256);
        assertThat(stored.storedKey().toByteArray()).isEqualTo(formatter.storedKey(formatter.clientKey(SALTED)));
        assertThat(stored.serverKey().toByteArray()).isEqualTo(formatter.serverKey(SALTED));
        assertThat(harness.admin.commands.toString()).doesNotContain("salted");
    }

    @Test
    void credentialsAreDeleted() {
        alter(List.of(), upsertion("alice", SHA_256), upsertion("bob", SHA_256));
        assertThat(alter(List.of(deletion("alice", SHA_256)))).containsExactly("alice NONE");
        assertThat(describe()).containsExactly("bob NONE 1:4096");
    }

    @Test
    void eachUserIsDecidedForItself() {
        assertThat(alter(
                        List.of(deletion("none", SHA_256)),
                        upsertion("few", SHA_256).setIterations(10),
                        upsertion("strange", (byte) 9),
                        upsertion("", SHA_256),
                        upsertion("good", SHA_256)))
                .containsExactlyInAnyOrder(
                        "none RESOURCE_NOT_FOUND",
                        "few UNACCEPTABLE_CREDENTIAL",
                        "strange UNSUPPORTED_SASL_MECHANISM",
                        " UNACCEPTABLE_CREDENTIAL",
                        "good NONE");
    }

    @Test
    void userThatIsNamedTwiceIsRefused() {
        long before = harness.state();
        assertThat(alter(List.of(), upsertion("alice", SHA_256), upsertion("alice", SHA_512)))
                .containsExactly("alice DUPLICATE_RESOURCE");
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void emptySaltedPasswordIsRefusedWithNothingChanged() {
        long before = harness.state();
        assertThat(alter(
                        List.of(),
                        upsertion("alice", SHA_256),
                        upsertion("bob", SHA_256).setSaltedPassword(new byte[0])))
                .containsExactly("alice UNACCEPTABLE_CREDENTIAL", "bob UNACCEPTABLE_CREDENTIAL");
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void deletionWhoseFirstAnswerWasLostIsASuccess() {
        alter(List.of(), upsertion("alice", SHA_256));
        harness.admin.firstAnswersAreLost = true;
        assertThat(alter(List.of(deletion("alice", SHA_256)))).containsExactly("alice NONE");
    }

    @Test
    void refusalOfTheWholeIsToldForEachUserOnce() {
        harness.admin.answers.add(AdminAnswer.refused(Errors.REQUEST_TIMED_OUT, "no controller", false));
        assertThat(alter(List.of(deletion("alice", SHA_256)), upsertion("alice", SHA_512), upsertion("bob", SHA_256)))
                .containsExactly("alice REQUEST_TIMED_OUT", "bob REQUEST_TIMED_OUT");
    }

    @Test
    void usersAreDescribedByName() {
        alter(List.of(), upsertion("alice", SHA_256), upsertion("bob", SHA_256));
        assertThat(describe("bob", "none", "alice", "alice"))
                .containsExactly("bob NONE 1:4096", "none RESOURCE_NOT_FOUND ", "alice DUPLICATE_RESOURCE ");
    }

    private static ScramCredentialUpsertion upsertion(String user, byte mechanism) {
        return new ScramCredentialUpsertion()
                .setName(user)
                .setMechanism(mechanism)
                .setIterations(4096)
                .setSalt(new byte[] {1, 2, 3})
                .setSaltedPassword(SALTED);
    }

    private static ScramCredentialDeletion deletion(String user, byte mechanism) {
        return new ScramCredentialDeletion().setName(user).setMechanism(mechanism);
    }

    private List<String> alter(List<ScramCredentialDeletion> deletions, ScramCredentialUpsertion... upsertions) {
        return harness
                .ask(
                        ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                        0,
                        new AlterUserScramCredentialsRequestData()
                                .setDeletions(deletions)
                                .setUpsertions(List.of(upsertions)),
                        new AlterUserScramCredentialsResponseData())
                .results()
                .stream()
                .map(r -> r.user() + " " + Errors.forCode(r.errorCode()))
                .toList();
    }

    private List<String> describe(String... users) {
        List<UserName> names = List.of(users).stream()
                .map(user -> new UserName().setName(user))
                .toList();
        return harness
                .ask(
                        ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                        0,
                        new DescribeUserScramCredentialsRequestData().setUsers(users.length == 0 ? null : names),
                        new DescribeUserScramCredentialsResponseData())
                .results()
                .stream()
                .map(r -> r.user() + " " + Errors.forCode(r.errorCode()) + " "
                        + String.join(
                                ",",
                                r.credentialInfos().stream()
                                        .map(c -> c.mechanism() + ":" + c.iterations())
                                        .toList()))
                .toList();
    }
}
