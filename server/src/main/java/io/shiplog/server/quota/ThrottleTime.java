// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * The field {@code throttle_time_ms} that Kafka's responses have, with no type in common. In versions that do not have it
 * it is left out when the response is written.
 */
final class ThrottleTime {
    private static final ClassValue<Setter> SETTERS = new ClassValue<>() {
        @Override
        protected Setter computeValue(Class<?> response) {
            return new Setter(find(response));
        }
    };

    /** @param handle null when the response has no such field */
    private record Setter(MethodHandle handle) {}

    private ThrottleTime() {}

    /** Sets the field; whether the response has it. */
    static boolean set(ApiMessage response, int ms) {
        MethodHandle setter = SETTERS.get(response.getClass()).handle();
        if (setter == null) {
            return false;
        }
        try {
            setter.invoke(response, ms);
            return true;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle find(Class<?> response) {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(response, "setThrottleTimeMs", MethodType.methodType(response, int.class));
        } catch (NoSuchMethodException noSuchField) {
            return null;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
