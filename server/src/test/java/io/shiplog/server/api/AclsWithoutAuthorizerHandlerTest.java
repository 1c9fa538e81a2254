// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AclsWithoutAuthorizerHandlerTest {
    private final AdminHarness harness = new AdminHarness((cluster, admin) -> AclsWithoutAuthorizerHandler.all());

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void securityIsDisabledInEveryVersion(int version) {
        var described = harness.ask(
                ApiKeys.DESCRIBE_ACLS, version, new DescribeAclsRequestData(), new DescribeAclsResponseData());
        assertThat(Errors.forCode(described.errorCode())).isEqualTo(Errors.SECURITY_DISABLED);
        var creation = new CreateAclsRequestData().setCreations(List.of(new AclCreation(), new AclCreation()));
        var created = harness.ask(ApiKeys.CREATE_ACLS, version, creation, new CreateAclsResponseData());
        assertThat(created.results())
                .hasSize(2)
                .allSatisfy(
                        result -> assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.SECURITY_DISABLED));
        var deletion = new DeleteAclsRequestData().setFilters(List.of(new DeleteAclsFilter()));
        var deleted = harness.ask(ApiKeys.DELETE_ACLS, version, deletion, new DeleteAclsResponseData());
        assertThat(deleted.filterResults())
                .singleElement()
                .satisfies(
                        result -> assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.SECURITY_DISABLED));
        assertThat(harness.admin.commands).isEmpty();
    }
}
