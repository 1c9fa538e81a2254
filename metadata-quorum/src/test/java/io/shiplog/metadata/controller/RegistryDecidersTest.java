// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.QuotaEntity;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AccessControlEntry;
import io.shiplog.metadata.proto.AclFilter;
import io.shiplog.metadata.proto.AlterClientQuotasCommand;
import io.shiplog.metadata.proto.AlterScramCredentialsCommand;
import io.shiplog.metadata.proto.CreateAclsCommand;
import io.shiplog.metadata.proto.DeleteAclsCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.QuotaAlteration;
import io.shiplog.metadata.proto.QuotaEntityPart;
import io.shiplog.metadata.proto.QuotaOp;
import io.shiplog.metadata.proto.RemoveScramCredentialRecord;
import io.shiplog.metadata.proto.ScramCredentialRecord;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Client quotas, SCRAM credentials and access control entries as kept state. */
class RegistryDecidersTest {
    private static final int LIMIT = 3;
    private TestCluster cluster;
    private int ids;

    @BeforeEach
    void start() {
        cluster = new TestCluster(
                        ControllerSettings.defaults().withLimits(new ControllerSettings.Limits(100, 100, LIMIT)))
                .formed();
    }

    // ---- quotas

    private static QuotaAlteration.Builder quota(String type, String name, String key, double value) {
        return QuotaAlteration.newBuilder()
                .addEntity(part(type, name))
                .addOps(QuotaOp.newBuilder().setKey(key).setValue(value));
    }

    private static QuotaEntityPart part(String type, String name) {
        QuotaEntityPart.Builder part = QuotaEntityPart.newBuilder().setType(type);
        return name == null
                ? part.setIsDefault(true).build()
                : part.setName(name).build();
    }

    private static QuotaEntity user(String name) {
        return new QuotaEntity(List.of(new QuotaEntity.Part(QuotaEntity.USER, name)));
    }

    private MetadataResult alter(QuotaAlteration.Builder... alterations) {
        AlterClientQuotasCommand.Builder command = AlterClientQuotasCommand.newBuilder();
        for (QuotaAlteration.Builder alteration : alterations) {
            command.addAlterations(alteration);
        }
        return cluster.ok(TestCluster.own().setAlterClientQuotas(command));
    }

    private Errors outcome(QuotaAlteration.Builder alteration) {
        return error(alter(alteration), 0);
    }

    private static Errors error(MetadataResult result, int index) {
        return Errors.forCode(
                (short) result.getAlterClientQuotas().getResults(index).getError());
    }

    private void refused(QuotaAlteration.Builder alteration) {
        long hash = cluster.image().stateHash();
        MetadataResult result = alter(alteration);
        assertThat(error(result, 0)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(result.getAlterClientQuotas().getResults(0).getMessage()).isNotEmpty();
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    @Test
    void quotasAreSetChangedAndRemoved() {
        assertThat(outcome(quota("user", "alice", "producer_byte_rate", 1_000))).isEqualTo(Errors.NONE);
        assertThat(outcome(quota("user", "alice", "request_percentage", 0.5))).isEqualTo(Errors.NONE);
        assertThat(outcome(quota("user", null, "consumer_byte_rate", 7))).isEqualTo(Errors.NONE);
        assertThat(cluster.image().registry().quotas(user("alice")))
                .containsEntry("producer_byte_rate", 1_000.0)
                .containsEntry("request_percentage", 0.5);
        assertThat(cluster.image().registry().quotas(user(null))).hasSize(1);

        QuotaAlteration.Builder removal = quota("user", "alice", "producer_byte_rate", 0);
        removal.getOpsBuilder(0).setRemoved(true);
        assertThat(outcome(removal)).isEqualTo(Errors.NONE);
        assertThat(cluster.image().registry().quotas(user("alice"))).containsOnlyKeys("request_percentage");
    }

    @Test
    void quotaThatIsThereAlreadyMakesNoRecord() {
        outcome(quota("user", "alice", "producer_byte_rate", 1_000));
        long offset = cluster.image().offset();
        outcome(quota("user", "alice", "producer_byte_rate", 1_000));
        QuotaAlteration.Builder removal = quota("user", "bob", "producer_byte_rate", 0);
        removal.getOpsBuilder(0).setRemoved(true);
        outcome(removal);
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void sameEntityInAnotherOrderIsTheSame() {
        outcome(quota("user", "alice", "producer_byte_rate", 5).addEntity(part("client-id", "c")));
        outcome(quota("client-id", "c", "producer_byte_rate", 6).addEntity(part("user", "alice")));
        assertThat(cluster.image().registry().quotaEntities()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "user, alice, no_such_rate, 5",
        "user, alice, connection_creation_rate, 5",
        "ip, 10.0.0.1, producer_byte_rate, 5",
        "user, alice, producer_byte_rate, 0",
        "user, alice, producer_byte_rate, -1",
        "user, alice, producer_byte_rate, NaN",
        "user, alice, request_percentage, Infinity",
        "user, alice, producer_byte_rate, 1.5",
        "user, alice, producer_byte_rate, 1e30",
        "ip, 10.0.0.1, connection_creation_rate, 3000000000",
        "ip, no.such.host, connection_creation_rate, 5",
        "user, '', producer_byte_rate, 5",
        "group, g, producer_byte_rate, 5"
    })
    void badQuotasAreRefused(String type, String name, String key, double value) {
        refused(quota(type, name, key, value));
    }

    @Test
    void badEntitiesAreRefused() {
        refused(quota("user", "a", "producer_byte_rate", 5).clearEntity());
        refused(quota("user", "a", "producer_byte_rate", 5).addEntity(part("user", "b")));
        refused(quota("ip", "10.0.0.1", "connection_creation_rate", 5).addEntity(part("user", "b")));
        refused(quota("user", "a", "producer_byte_rate", 5)
                .addOps(QuotaOp.newBuilder().setKey("producer_byte_rate").setValue(6)));
    }

    @Test
    void entityThatIsNamedTwiceIsNotChanged() {
        long hash = cluster.image().stateHash();
        MetadataResult result =
                alter(quota("user", "a", "producer_byte_rate", 5), quota("user", "a", "consumer_byte_rate", 5));
        assertThat(error(result, 0)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(result, 1)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    @Test
    void quotasOfTooManyEntitiesAreRefused() {
        MetadataResult result = alter(
                quota("user", "a", "producer_byte_rate", 5),
                quota("user", "b", "producer_byte_rate", 5),
                quota("user", "c", "producer_byte_rate", 5),
                quota("user", "d", "producer_byte_rate", 5));
        assertThat(error(result, 2)).isEqualTo(Errors.NONE);
        assertThat(error(result, 3)).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(outcome(quota("user", "a", "producer_byte_rate", 6))).isEqualTo(Errors.NONE);
    }

    @Test
    void validatingQuotasChangesNothing() {
        long hash = cluster.image().stateHash();
        cluster.ok(TestCluster.own()
                .setAlterClientQuotas(AlterClientQuotasCommand.newBuilder()
                        .setValidateOnly(true)
                        .addAlterations(quota("user", "a", "producer_byte_rate", 5))));
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "0.0.0.0",
                "255.255.255.255",
                "::",
                "::1",
                "1::",
                "1:2:3:4:5:6:7:8",
                "::ffff:10.0.0.1"
            })
    void addresses(String text) {
        assertThat(IpAddresses.isAddress(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0",
                "256.0.0.1",
                "01.0.0.1",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "::12345",
                ":1",
                "10.0.0.1::",
                "localhost",
                "1:2:3:4:5:6:7::8"
            })
    void noAddresses(String text) {
        assertThat(IpAddresses.isAddress(text)).isFalse();
    }

    // ---- SCRAM

    private static ScramCredentialRecord.Builder credential(String user) {
        return ScramCredentialRecord.newBuilder()
                .setUser(user)
                .setMechanism(1)
                .setSalt(ByteString.copyFromUtf8("salt"))
                .setStoredKey(ByteString.copyFrom(new byte[32]))
                .setServerKey(ByteString.copyFrom(new byte[32]))
                .setIterations(4_096);
    }

    private static RemoveScramCredentialRecord.Builder deletion(String user, int mechanism) {
        return RemoveScramCredentialRecord.newBuilder().setUser(user).setMechanism(mechanism);
    }

    private MetadataResult scram(AlterScramCredentialsCommand.Builder command) {
        return cluster.ok(TestCluster.own().setAlterScramCredentials(command));
    }

    private static Errors scramError(MetadataResult result, int index) {
        return Errors.forCode(
                (short) result.getAlterScramCredentials().getResults(index).getError());
    }

    private void refused(AlterScramCredentialsCommand.Builder command, Errors expected) {
        long hash = cluster.image().stateHash();
        assertThat(scramError(scram(command), 0)).isEqualTo(expected);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    private static AlterScramCredentialsCommand.Builder upserting(ScramCredentialRecord.Builder credential) {
        return AlterScramCredentialsCommand.newBuilder().addUpsertions(credential);
    }

    @Test
    void credentialsAreStoredReplacedAndRemoved() {
        assertThat(scramError(scram(upserting(credential("alice"))), 0)).isEqualTo(Errors.NONE);
        assertThat(scramError(scram(upserting(credential("alice").setIterations(8_192))), 0))
                .isEqualTo(Errors.NONE);
        assertThat(cluster.image().registry().scramCredential("alice", 1).iterations())
                .isEqualTo(8_192);
        assertThat(scramError(scram(AlterScramCredentialsCommand.newBuilder().addDeletions(deletion("alice", 1))), 0))
                .isEqualTo(Errors.NONE);
        assertThat(cluster.image().registry().scramCredentials()).isEmpty();
    }

    @Test
    void badCredentialsAreRefused() {
        Errors unacceptable = Errors.UNACCEPTABLE_CREDENTIAL;
        refused(upserting(credential("")), unacceptable);
        refused(upserting(credential("a").setMechanism(0)), Errors.UNSUPPORTED_SASL_MECHANISM);
        refused(upserting(credential("a").setMechanism(3)), Errors.UNSUPPORTED_SASL_MECHANISM);
        refused(upserting(credential("a").setIterations(4_095)), unacceptable);
        refused(upserting(credential("a").setIterations(16_385)), unacceptable);
        refused(upserting(credential("a").setSalt(ByteString.EMPTY)), unacceptable);
        refused(upserting(credential("a").setStoredKey(ByteString.copyFrom(new byte[31]))), unacceptable);
        refused(upserting(credential("a").setServerKey(ByteString.copyFrom(new byte[64]))), unacceptable);
        refused(upserting(credential("a").setMechanism(2)), unacceptable);
    }

    @Test
    void badDeletionsAreRefused() {
        scram(upserting(credential("alice")));
        refused(
                AlterScramCredentialsCommand.newBuilder().addDeletions(deletion("alice", 2)),
                Errors.RESOURCE_NOT_FOUND);
        refused(
                AlterScramCredentialsCommand.newBuilder().addDeletions(deletion("", 1)),
                Errors.UNACCEPTABLE_CREDENTIAL);
        refused(
                AlterScramCredentialsCommand.newBuilder().addDeletions(deletion("alice", 9)),
                Errors.UNSUPPORTED_SASL_MECHANISM);
    }

    @Test
    void userThatIsNamedTwiceIsNotChangedAndOthersAre() {
        scram(upserting(credential("alice")));
        MetadataResult result = scram(AlterScramCredentialsCommand.newBuilder()
                .addDeletions(deletion("alice", 1))
                .addUpsertions(credential("bob"))
                .addUpsertions(credential("alice").setIterations(5_000)));
        assertThat(scramError(result, 0)).isEqualTo(Errors.DUPLICATE_RESOURCE);
        assertThat(scramError(result, 1)).isEqualTo(Errors.NONE);
        assertThat(cluster.image().registry().scramCredential("alice", 1).iterations())
                .isEqualTo(4_096);
        assertThat(cluster.image().registry().scramCredential("bob", 1)).isNotNull();
    }

    @Test
    void tooManyCredentialsAreRefused() {
        AlterScramCredentialsCommand.Builder command = AlterScramCredentialsCommand.newBuilder();
        for (int i = 0; i <= LIMIT; i++) {
            command.addUpsertions(credential("u" + i));
        }
        MetadataResult result = scram(command);
        assertThat(scramError(result, LIMIT - 1)).isEqualTo(Errors.NONE);
        assertThat(scramError(result, LIMIT)).isEqualTo(Errors.POLICY_VIOLATION);
    }

    @Test
    void secretsAreNotInTexts() {
        scram(upserting(credential("alice").setSalt(ByteString.copyFromUtf8("pepper"))));
        assertThat(cluster.image().registry().scramCredential("alice", 1).toString())
                .contains("alice")
                .doesNotContain("pepper");
    }

    // ---- access control entries; codes: TOPIC 2, LITERAL 3, READ 3, ALLOW 3

    private AccessControlEntry.Builder acl(String principal, String topic) {
        return AccessControlEntry.newBuilder()
                .setId(Uuids.toBytes(new Uuid(0xAC, ++ids)))
                .setResourceType(2)
                .setResourceName(topic)
                .setPatternType(3)
                .setPrincipal(principal)
                .setHost("*")
                .setOperation(3)
                .setPermission(3);
    }

    private MetadataResult create(AccessControlEntry.Builder... entries) {
        CreateAclsCommand.Builder command = CreateAclsCommand.newBuilder();
        for (AccessControlEntry.Builder entry : entries) {
            command.addEntries(entry);
        }
        return cluster.ok(TestCluster.own().setCreateAcls(command));
    }

    private static Errors aclError(MetadataResult result, int index) {
        return Errors.forCode((short) result.getCreateAcls().getResults(index).getError());
    }

    private void refusedAcl(UnaryOperator<AccessControlEntry.Builder> fault) {
        long hash = cluster.image().stateHash();
        assertThat(aclError(create(fault.apply(acl("User:alice", "t"))), 0)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    @Test
    void entriesAreCreatedOnce() {
        assertThat(aclError(create(acl("User:alice", "t"), acl("User:alice", "t")), 1))
                .isEqualTo(Errors.NONE);
        assertThat(aclError(create(acl("User:alice", "t")), 0)).isEqualTo(Errors.NONE);
        assertThat(cluster.image().registry().acls()).hasSize(1);
    }

    @Test
    void badEntriesAreRefused() {
        refusedAcl(e -> e.setResourceType(0));
        refusedAcl(e -> e.setResourceType(1));
        refusedAcl(e -> e.setResourceType(258));
        refusedAcl(e -> e.setPatternType(1));
        refusedAcl(e -> e.setPatternType(2));
        refusedAcl(e -> e.setOperation(0));
        refusedAcl(e -> e.setOperation(1));
        refusedAcl(e -> e.setPermission(1));
        refusedAcl(e -> e.setResourceName(""));
        refusedAcl(e -> e.setResourceType(4).setResourceName("cluster"));
        refusedAcl(e -> e.setPrincipal("alice"));
        refusedAcl(e -> e.setHost(""));
        refusedAcl(e -> e.clearId());
    }

    @Test
    void idThatIsTakenIsRefused() {
        AccessControlEntry.Builder first = acl("User:alice", "t");
        create(first);
        refusedAcl(e -> e.setId(first.getId()).setPrincipal("User:bob"));
        MetadataResult twice = create(
                acl("User:c", "t").setId(Uuids.toBytes(new Uuid(1, 1))),
                acl("User:d", "t").setId(Uuids.toBytes(new Uuid(1, 1))));
        assertThat(aclError(twice, 0)).isEqualTo(Errors.NONE);
        assertThat(aclError(twice, 1)).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void tooManyEntriesAreRefused() {
        MetadataResult result = create(acl("User:a", "t"), acl("User:b", "t"), acl("User:c", "t"), acl("User:d", "t"));
        assertThat(aclError(result, LIMIT - 1)).isEqualTo(Errors.NONE);
        assertThat(aclError(result, LIMIT)).isEqualTo(Errors.POLICY_VIOLATION);
    }

    private static AclFilter.Builder any() {
        return AclFilter.newBuilder()
                .setResourceType(1)
                .setPatternType(1)
                .setOperation(1)
                .setPermission(1);
    }

    private MetadataResult delete(AclFilter.Builder... filters) {
        DeleteAclsCommand.Builder command = DeleteAclsCommand.newBuilder();
        for (AclFilter.Builder filter : filters) {
            command.addFilters(filter);
        }
        return cluster.ok(TestCluster.own().setDeleteAcls(command));
    }

    @Test
    void entriesAreDeletedByFilterAndEachFilterTellsWhatItMatched() {
        create(acl("User:alice", "t"), acl("User:bob", "t"), acl("User:bob", "u"));
        MetadataResult result = delete(any().setPrincipal("User:bob"), any().setResourceName("t"));
        assertThat(result.getDeleteAcls().getResults(0).getDeletedList()).hasSize(2);
        assertThat(result.getDeleteAcls().getResults(1).getDeletedList()).hasSize(2);
        assertThat(cluster.image().registry().acls()).isEmpty();
        assertThat(delete(any()).getDeleteAcls().getResults(0).getDeletedList()).isEmpty();
    }

    @Test
    void badFiltersAreRefusedAndDeleteNothing() {
        create(acl("User:alice", "t"));
        long hash = cluster.image().stateHash();
        for (AclFilter.Builder bad : List.of(
                any().setResourceType(0), any().setPatternType(0), any().setOperation(99), any().setPermission(300))) {
            assertThat(delete(bad).getDeleteAcls().getResults(0).getError()).isEqualTo(Errors.INVALID_REQUEST.code());
        }
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }
}
