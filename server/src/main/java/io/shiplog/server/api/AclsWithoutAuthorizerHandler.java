// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsResponseData.DeleteAclsFilterResult;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeAcls, CreateAcls and DeleteAcls of a cluster without an authorizer: SECURITY_DISABLED, as Kafka's AclApis answers then. An
 * access rule that is taken and not enforced would be worse than none.
 *
 * @param <T> the generated request class
 */
final class AclsWithoutAuthorizerHandler<T extends ApiMessage> implements RequestHandler<T> {
    private static final String MESSAGE = "No Authorizer is configured.";

    private final ApiKeys api;
    private final BiFunction<BoundedReadable, Short, T> reader;
    private final Function<T, ApiMessage> refusal;

    private AclsWithoutAuthorizerHandler(
            ApiKeys api, BiFunction<BoundedReadable, Short, T> reader, Function<T, ApiMessage> refusal) {
        this.api = api;
        this.reader = reader;
        this.refusal = refusal;
    }

    /** One handler for each of the three APIs. */
    static List<RequestHandler<?>> all() {
        return List.of(
                new AclsWithoutAuthorizerHandler<DescribeAclsRequestData>(
                        ApiKeys.DESCRIBE_ACLS, DescribeAclsRequestData::new, AclsWithoutAuthorizerHandler::describe),
                new AclsWithoutAuthorizerHandler<CreateAclsRequestData>(
                        ApiKeys.CREATE_ACLS, CreateAclsRequestData::new, AclsWithoutAuthorizerHandler::create),
                new AclsWithoutAuthorizerHandler<DeleteAclsRequestData>(
                        ApiKeys.DELETE_ACLS, DeleteAclsRequestData::new, AclsWithoutAuthorizerHandler::delete));
    }

    private static ApiMessage describe(DescribeAclsRequestData request) {
        return new DescribeAclsResponseData()
                .setErrorCode(Errors.SECURITY_DISABLED.code())
                .setErrorMessage(MESSAGE);
    }

    private static ApiMessage create(CreateAclsRequestData request) {
        CreateAclsResponseData response = new CreateAclsResponseData();
        for (AclCreation unused : request.creations()) {
            response.results()
                    .add(new AclCreationResult()
                            .setErrorCode(Errors.SECURITY_DISABLED.code())
                            .setErrorMessage(MESSAGE));
        }
        return response;
    }

    private static ApiMessage delete(DeleteAclsRequestData request) {
        DeleteAclsResponseData response = new DeleteAclsResponseData();
        for (DeleteAclsFilter unused : request.filters()) {
            response.filterResults()
                    .add(new DeleteAclsFilterResult()
                            .setErrorCode(Errors.SECURITY_DISABLED.code())
                            .setErrorMessage(MESSAGE));
        }
        return response;
    }

    @Override
    public ApiKeys api() {
        return api;
    }

    @Override
    public T read(BoundedReadable body, short version) {
        return reader.apply(body, version);
    }

    @Override
    public void handle(T request, Exchange exchange) {
        exchange.respond(refusal.apply(request));
    }
}
