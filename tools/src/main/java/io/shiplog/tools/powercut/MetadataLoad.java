// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.endpoint.RemoteMetadataClient;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.tools.trial.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * A storage node that is only a registration: issues commands to the quorum one after the other, and remembers what was acknowledged. Commands
 * whose outcome is not known are tried no further and promised nothing. Methods are called by one thread at a time.
 */
final class MetadataLoad implements AutoCloseable {
    private static final int BROKER = 1;
    private static final int SESSION_TIMEOUT_MS = 2_000;
    private static final int COMMAND_TIMEOUT_MS = 5_000;
    private static final long ANSWER_MS = 20_000;
    private static final String CONFIG = "retention.ms";

    private final RemoteMetadataClient client;
    private final Map<String, Uuid> topics = new LinkedHashMap<>();
    private final Map<String, String> configs = new LinkedHashMap<>();
    private final List<Uuid> deleted = new ArrayList<>();
    private long nextProducerId;
    private int issued;
    private int acknowledged;
    private volatile boolean stopped;
    private Thread thread;
    private volatile Fault fault;

    MetadataLoad(List<Endpoint> endpoints) {
        client = new RemoteMetadataClient(MetadataClientSettings.of(endpoints, BROKER, SESSION_TIMEOUT_MS));
    }

    /** Waits for the quorum to take the registration, and for the first command. */
    void open(long timeoutMs) throws Exception {
        client.start(new MetadataListener() {
            @Override
            public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
                client.reportApplied(current.offset());
            }

            @Override
            public void onRegistrationLost(Errors error, String message) {
                fault = new Fault("the quorum forgot an accepted registration: " + error + " " + message);
            }
        });
        client.register(new BrokerRegistration(
                        BROKER, Uuid.randomUuid(), "127.0.0.1", 9, null, List.of(Uuid.randomUuid()), -1, List.of(), ""))
                .get(timeoutMs, TimeUnit.MILLISECONDS);
        awaitCommand(timeoutMs);
    }

    /** Issues commands until {@link #stop}. */
    void start() {
        stopped = false;
        thread = new Thread(this::run, "metadata-load");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!stopped && fault == null) {
                command();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Fault e) {
            fault = e;
        }
    }

    /** Waits for the command under way. */
    void stop() throws InterruptedException, Fault {
        stopped = true;
        thread.join();
        if (fault != null) {
            throw fault;
        }
    }

    /** Repeats commands until one is acknowledged: the quorum serves. */
    void awaitCommand(long timeoutMs) throws InterruptedException, Fault {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!command()) {
            if (fault != null) {
                throw fault;
            }
            if (System.nanoTime() >= deadlineNs) {
                throw new Fault("no metadata command was acknowledged within " + timeoutMs + " ms");
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    int acknowledged() {
        return acknowledged;
    }

    /** Topics that must exist. */
    Map<String, Uuid> topics() {
        return topics;
    }

    /** Issues the next command; returns whether it was acknowledged. */
    boolean command() throws InterruptedException, Fault {
        int number = ++issued;
        boolean done = switch (number % 8) {
            case 3 -> allocate();
            case 7 -> delete();
            default -> create("topic-" + number, number);
        };
        if (done) {
            acknowledged++;
        }
        return done;
    }

    private boolean create(String name, int number) throws InterruptedException, Fault {
        String value = Long.toString(100_000L + number);
        NewTopicSpec topic = new NewTopicSpec(name, 1 + number % 5, (short) 1, Map.of(), Map.of(CONFIG, value));
        List<TopicOutcome> outcomes = outcome(client.createTopics(List.of(topic), false, COMMAND_TIMEOUT_MS));
        if (outcomes == null || outcomes.get(0).error() != Errors.NONE) {
            return false;
        }
        topics.put(name, outcomes.get(0).topicId());
        configs.put(name, value);
        return true;
    }

    private boolean delete() throws InterruptedException, Fault {
        if (topics.isEmpty()) {
            return false;
        }
        String name = topics.keySet().iterator().next();
        Uuid id = topics.get(name);
        // From here on nobody knows whether it exists, until the answer comes.
        topics.remove(name);
        configs.remove(name);
        List<TopicOutcome> outcomes = outcome(client.deleteTopics(List.of(TopicSelector.byId(id)), COMMAND_TIMEOUT_MS));
        if (outcomes == null || outcomes.get(0).error() != Errors.NONE) {
            return false;
        }
        deleted.add(id);
        return true;
    }

    private boolean allocate() throws InterruptedException, Fault {
        ProducerIdBlock block = outcome(client.allocateProducerIds());
        if (block == null) {
            return false;
        }
        if (block.firstProducerId() < nextProducerId) {
            throw new Fault("producer ids from " + block.firstProducerId() + " were given out again; up to "
                    + nextProducerId + " they were taken");
        }
        nextProducerId = block.firstProducerId() + block.count();
        return true;
    }

    /** The answer; null when the outcome is not known, or the quorum would not. */
    private static <T> T outcome(CompletableFuture<T> command) throws InterruptedException, Fault {
        try {
            return command.get(ANSWER_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MetadataUnavailable) {
                return null;
            }
            if (e.getCause() instanceof MetadataRefusal refusal) {
                if (refusal.error() == Errors.STALE_BROKER_EPOCH) {
                    throw new Fault("the quorum forgot an accepted registration: " + refusal.getMessage());
                }
                return null;
            }
            throw new IllegalStateException("a command failed", e.getCause());
        } catch (TimeoutException e) {
            return null;
        }
    }

    /** Compares an image with what was acknowledged. */
    void verify(String whose, MetadataImage image) throws Fault {
        for (Map.Entry<String, Uuid> topic : topics.entrySet()) {
            TopicImage found = image.topic(topic.getKey());
            if (found == null || !found.id().equals(topic.getValue())) {
                throw new Fault(whose + ": topic " + topic.getKey() + " (" + topic.getValue()
                        + ") was acknowledged and is " + (found == null ? "missing" : "another: " + found.id()));
            }
            String config = image.topicConfigs(found.id()).get(CONFIG);
            if (!configs.get(topic.getKey()).equals(config)) {
                throw new Fault(whose + ": topic " + topic.getKey() + " has " + CONFIG + " " + config
                        + ", acknowledged was " + configs.get(topic.getKey()));
            }
        }
        for (Uuid id : deleted) {
            if (image.topic(id) != null) {
                throw new Fault(whose + ": topic " + id + " was deleted and is there again");
            }
        }
        if (image.nextProducerId() < nextProducerId) {
            throw new Fault(whose + ": the next producer id is " + image.nextProducerId()
                    + ", given out were all below " + nextProducerId);
        }
    }

    @Override
    public void close() {
        stopped = true;
        client.close();
    }
}
