// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a data directory is still trusted. The first failed I/O takes it offline, for good. Any thread. */
final class FailureLatch {
    private static final Logger LOG = LoggerFactory.getLogger(FailureLatch.class);

    private final List<Consumer<StorageException>> listeners = new ArrayList<>();
    private volatile StorageException failure;

    boolean isOffline() {
        return failure != null;
    }

    /** Takes the directory offline, tells the listeners once, and returns the exception to throw. */
    StorageException fail(String what, Throwable cause) {
        StorageException exception = new StorageException(what + ": " + cause, cause);
        List<Consumer<StorageException>> toTell;
        synchronized (this) {
            if (failure != null) return exception;
            failure = exception;
            toTell = List.copyOf(listeners);
        }
        LOG.error("Directory offline, I/O failed: {}: {}", what, cause.toString());
        toTell.forEach(listener -> listener.accept(exception));
        return exception;
    }

    void check() {
        StorageException found = failure;
        if (found != null) throw new StorageException("the data directory is offline", found);
    }

    /** Adds a listener; it hears at once of a failure that was before. */
    void listen(Consumer<StorageException> listener) {
        StorageException found;
        synchronized (this) {
            listeners.add(listener);
            found = failure;
        }
        if (found != null) listener.accept(found);
    }
}
