// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Whether a coordinator has begun to answer: a fact about one cluster that both must have reached before they are compared. */
final class Groups {
    private Groups() {}

    /** The node answers for the group, which need not exist. */
    static boolean isLoaded(Cluster cluster, int node, String group) throws IOException {
        var request = new DescribeGroupsRequestData().setGroups(List.of(group));
        var answer = (DescribeGroupsResponseData) cluster.ask(node, ApiKeys.DESCRIBE_GROUPS, 5, request);
        short error = answer.groups().get(0).errorCode();
        return error == Errors.NONE.code() || error == Errors.GROUP_ID_NOT_FOUND.code();
    }
}
