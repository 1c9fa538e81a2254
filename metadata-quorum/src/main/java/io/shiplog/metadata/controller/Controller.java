// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * Decides commands. Pure: the same image and command give the same decision; no state but the settings, so any thread may
 * call it.
 */
public final class Controller {
    /** Names no broker: the command is an operator's or the controller's own. */
    public static final int NO_BROKER = -1;

    private final FeatureDecider features = new FeatureDecider(Features.supported());
    private final ClusterDecider cluster = new ClusterDecider(features);
    private final ConfigDecider configs = new ConfigDecider();
    private final RegistrationDecider registrations;
    private final IsrDecider isrs = new IsrDecider();
    private final OfflineReplicasDecider offlineReplicas = new OfflineReplicasDecider();
    private final BrokerStateDecider brokerStates;
    private final TopicCreationDecider topicCreation;
    private final TopicGrowthDecider topicGrowth;
    private final TopicDecider topics = new TopicDecider();
    private final LeadersDecider leaders;
    private final ReassignmentDecider reassignments;
    private final RecoveryDecider recoveries;
    private final QuotaDecider quotas;
    private final ScramDecider credentials;
    private final AclDecider acls;
    private final int maxAtomicBytes;

    public Controller(ControllerSettings settings) {
        brokerStates = new BrokerStateDecider(settings);
        topicCreation = new TopicCreationDecider(settings);
        topicGrowth = new TopicGrowthDecider(settings);
        leaders = new LeadersDecider(settings);
        reassignments = new ReassignmentDecider(settings);
        recoveries = new RecoveryDecider(settings);
        registrations = new RegistrationDecider(settings.sessionTimeoutMs());
        quotas = new QuotaDecider(settings.limits().entries());
        credentials = new ScramDecider(settings.limits().entries());
        acls = new AclDecider(settings.limits().entries());
        maxAtomicBytes = settings.maxAtomicBytes();
    }

    /**
     * What {@code command} changes, given {@code image}.
     *
     * @param nowMs monotonic time; no decision of this version depends on it
     * @return records and answer; a refusal is an answer with an error code and no records. Errors that concern one topic or
     *     partition of a command stand in the result's body instead
     */
    public Decision decide(MetadataImage image, MetadataCommand command, long nowMs) {
        Refusal refusal = refusal(image, command);
        if (refusal != null) {
            return refusal.decision(image.offset());
        }
        return bounded(image, outcome(image, command));
    }

    private Decision outcome(MetadataImage image, MetadataCommand command) {
        return switch (command.getBodyCase()) {
            case FORM_CLUSTER -> cluster.form(image, command.getFormCluster());
            case REGISTER_BROKER -> registrations.decide(image, command.getBrokerId(), command.getRegisterBroker());
            case CHANGE_BROKER_STATE -> brokerStates.change(image, command.getChangeBrokerState());
            case CREATE_TOPICS -> topicCreation.decide(image, command.getCreateTopics());
            case DELETE_TOPICS -> topics.delete(image, command.getDeleteTopics());
            case ALTER_PARTITION -> isrs.decide(image, command.getBrokerId(), command.getAlterPartition());
            case REPORT_OFFLINE_REPLICAS ->
                offlineReplicas.decide(image, command.getBrokerId(), command.getReportOfflineReplicas());
            case ALLOCATE_PRODUCER_IDS -> cluster.allocateProducerIds(image, command);
            case SWEEP -> brokerStates.sweep(image, command.getSweep());
            case CREATE_PARTITIONS -> topicGrowth.decide(image, command.getCreatePartitions());
            case ELECT_LEADERS -> leaders.elect(image, command.getElectLeaders());
            case BALANCE_LEADERS -> leaders.balance(image, command.getBalanceLeaders());
            case ALTER_REASSIGNMENTS -> reassignments.decide(image, command.getAlterReassignments());
            case DRAIN_BROKER -> brokerStates.drain(image, command.getDrainBroker());
            case RECOVER_PARTITIONS -> recoveries.decide(image, command.getRecoverPartitions());
            case REPORT_DAMAGE -> DamageDecider.decide(image, command.getBrokerId(), command.getReportDamage());
            case REPORT_LOG_INFO -> Decision.atomic(image.offset(), List.of(), MetadataResult.newBuilder());
            case ALTER_CONFIGS -> configs.alter(image, command.getAlterConfigs());
            case REPLACE_CONFIGS -> configs.replace(image, command.getReplaceConfigs());
            case UNREGISTER_BROKER -> registrations.unregister(image, command.getUnregisterBroker());
            case UPDATE_FEATURES -> features.update(image, command.getUpdateFeatures());
            case ALTER_CLIENT_QUOTAS -> quotas.decide(image, command.getAlterClientQuotas());
            case ALTER_SCRAM_CREDENTIALS -> credentials.decide(image, command.getAlterScramCredentials());
            case CREATE_ACLS -> acls.create(image, command.getCreateAcls());
            case DELETE_ACLS -> acls.delete(image, command.getDeleteAcls());
            case CORDON_BROKER -> CordonDecider.decide(image, command.getCordonBroker());
            case START_JOB -> JobStart.decide(image, command);
            case CONTROL_JOB -> JobControl.decide(image, command);
            case ADVANCE_JOBS -> JobAdvance.decide(image, command);
            case RECORD_STATE_HASH -> QuorumDecider.recordStateHash(image);
            case RECORD_VOTERS -> QuorumDecider.recordVoters(image, command.getRecordVoters());
            case BODY_NOT_SET ->
                Decision.refused(image.offset(), Errors.UNSUPPORTED_VERSION, "This version does not know the command.");
        };
    }

    /** What must stay in one entry must fit into one (Kafka: {@code BoundedListTooLongException}). */
    private Decision bounded(MetadataImage image, Decision decision) {
        if (decision.divisible()) {
            return decision;
        }
        long bytes = 0;
        for (MetadataRecord record : decision.records()) {
            bytes += record.getSerializedSize() + Integer.BYTES;
        }
        return bytes <= maxAtomicBytes
                ? decision
                : Decision.refused(
                        image.offset(),
                        Errors.POLICY_VIOLATION,
                        "Unable to perform excessively large batch operation: do it in several.");
    }

    private static Refusal refusal(MetadataImage image, MetadataCommand command) {
        boolean forming = command.getBodyCase() == MetadataCommand.BodyCase.FORM_CLUSTER;
        if (!forming && image.clusterId().isEmpty()) {
            return new Refusal(Errors.LEADER_NOT_AVAILABLE, "The cluster has not been formed yet.");
        }
        return switch (command.getBodyCase()) {
            case FORM_CLUSTER,
                    CHANGE_BROKER_STATE,
                    SWEEP,
                    BALANCE_LEADERS,
                    RECORD_STATE_HASH,
                    RECORD_VOTERS,
                    ADVANCE_JOBS -> ownCommand(command);
            case ALTER_PARTITION, ALLOCATE_PRODUCER_IDS, REPORT_LOG_INFO, REPORT_OFFLINE_REPLICAS, REPORT_DAMAGE ->
                staleBroker(image, command);
            case REGISTER_BROKER, BODY_NOT_SET -> null;
            case CREATE_TOPICS,
                    DELETE_TOPICS,
                    CREATE_PARTITIONS,
                    ALTER_CONFIGS,
                    ELECT_LEADERS,
                    ALTER_REASSIGNMENTS,
                    DRAIN_BROKER,
                    RECOVER_PARTITIONS,
                    REPLACE_CONFIGS,
                    UNREGISTER_BROKER,
                    UPDATE_FEATURES,
                    ALTER_CLIENT_QUOTAS,
                    ALTER_SCRAM_CREDENTIALS,
                    CREATE_ACLS,
                    DELETE_ACLS,
                    START_JOB,
                    CONTROL_JOB,
                    CORDON_BROKER -> command.getBrokerId() == NO_BROKER ? null : staleBroker(image, command);
        };
    }

    private static Refusal ownCommand(MetadataCommand command) {
        return command.getBrokerId() == NO_BROKER
                ? null
                : new Refusal(Errors.INVALID_REQUEST, "Only the controller itself gives this command.");
    }

    private static Refusal staleBroker(MetadataImage image, MetadataCommand command) {
        BrokerImage broker = image.broker(command.getBrokerId());
        return broker != null && broker.epoch() == command.getBrokerEpoch()
                ? null
                : new Refusal(
                        Errors.STALE_BROKER_EPOCH,
                        "Broker " + command.getBrokerId() + " is not registered with epoch " + command.getBrokerEpoch()
                                + ".");
    }
}
