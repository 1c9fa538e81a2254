// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AccessControlEntry;
import io.shiplog.metadata.proto.CreateAclsCommand;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.NewTopic;
import org.apache.kafka.common.Uuid;

/** Deciding is pure, so what is random and what the clock says comes in before. */
final class CommandStamps {
    private CommandStamps() {}

    /** With the ids that are missing, and the time where it matters. Who gives an id can send the command again. */
    static MetadataCommand stamped(MetadataCommand command, long wallClockMs) {
        return switch (command.getBodyCase()) {
            case CREATE_TOPICS -> withTopicIds(command);
            case CREATE_ACLS -> withAclIds(command);
            case START_JOB, CONTROL_JOB ->
                command.toBuilder().setWallClockMs(wallClockMs).build();
            default -> command;
        };
    }

    private static MetadataCommand withTopicIds(MetadataCommand command) {
        CreateTopicsCommand.Builder create = command.getCreateTopics().toBuilder();
        for (NewTopic.Builder topic : create.getTopicsBuilderList()) {
            if (topic.getTopicId().isEmpty()) {
                topic.setTopicId(Uuids.toBytes(Uuid.randomUuid()));
            }
        }
        return command.toBuilder().setCreateTopics(create).build();
    }

    private static MetadataCommand withAclIds(MetadataCommand command) {
        CreateAclsCommand.Builder create = command.getCreateAcls().toBuilder();
        for (AccessControlEntry.Builder entry : create.getEntriesBuilderList()) {
            if (entry.getId().isEmpty()) {
                entry.setId(Uuids.toBytes(Uuid.randomUuid()));
            }
        }
        return command.toBuilder().setCreateAcls(create).build();
    }
}
