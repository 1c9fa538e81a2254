// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.ScramCredential;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.CredentialInfo;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeUserScramCredentials: which credentials users have, never the credentials (KIP-554). From this node's own image. */
final class DescribeUserScramCredentialsHandler implements RequestHandler<DescribeUserScramCredentialsRequestData> {
    private final ClusterView cluster;

    DescribeUserScramCredentialsHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS;
    }

    @Override
    public DescribeUserScramCredentialsRequestData read(BoundedReadable body, short version) {
        return new DescribeUserScramCredentialsRequestData(body, version);
    }

    @Override
    public void handle(DescribeUserScramCredentialsRequestData request, Exchange exchange) {
        Map<String, List<CredentialInfo>> known = credentials();
        DescribeUserScramCredentialsResponseData response = new DescribeUserScramCredentialsResponseData();
        if (request.users() == null || request.users().isEmpty()) {
            known.forEach((user, infos) -> response.results().add(result(user).setCredentialInfos(infos)));
            exchange.respond(response);
            return;
        }
        Map<String, Integer> asked = new LinkedHashMap<>();
        for (UserName user : request.users()) {
            asked.merge(user.name(), 1, Integer::sum);
        }
        asked.forEach((user, times) -> response.results().add(describe(user, times, known.get(user))));
        exchange.respond(response);
    }

    private Map<String, List<CredentialInfo>> credentials() {
        Map<String, List<CredentialInfo>> known = new TreeMap<>();
        for (ScramCredential credential : cluster.image().registry().scramCredentials()) {
            known.computeIfAbsent(credential.user(), user -> new ArrayList<>())
                    .add(new CredentialInfo()
                            .setMechanism((byte) credential.mechanism())
                            .setIterations(credential.iterations()));
        }
        return known;
    }

    private static DescribeUserScramCredentialsResult describe(String user, int times, List<CredentialInfo> infos) {
        if (times > 1) {
            return refusal(
                    user,
                    Errors.DUPLICATE_RESOURCE,
                    "Cannot describe SCRAM credentials for the same user twice in a single request: " + user);
        }
        return infos == null
                ? refusal(
                        user,
                        Errors.RESOURCE_NOT_FOUND,
                        "Attempt to describe a user credential that does not exist: " + user)
                : result(user).setCredentialInfos(infos);
    }

    private static DescribeUserScramCredentialsResult refusal(String user, Errors error, String message) {
        return result(user).setErrorCode(error.code()).setErrorMessage(message);
    }

    private static DescribeUserScramCredentialsResult result(String user) {
        return new DescribeUserScramCredentialsResult().setUser(user);
    }
}
