// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Deque;

/** What the oldest client lacks, or a newer one no longer has, called by name. */
final class Newer {
    private Newer() {}

    /** Calls a public method of an object, by its name and what its parameters take. */
    static Object call(Object target, String name, Object... arguments) throws Exception {
        return invoke(method(target.getClass(), name, arguments), target, arguments);
    }

    /** Calls a static method of a class of the client. */
    static Object callStatic(String className, String name, Object... arguments) throws Exception {
        return invoke(method(Class.forName(className), name, arguments), null, arguments);
    }

    static Object create(String className, Object... arguments) throws Exception {
        for (Constructor<?> constructor : Class.forName(className).getConstructors()) {
            if (accepts(constructor.getParameterTypes(), arguments)) {
                try {
                    return constructor.newInstance(arguments);
                } catch (InvocationTargetException e) {
                    throw unwrapped(e);
                }
            }
        }
        throw new NoSuchMethodException("a constructor of " + className);
    }

    /** The value of a public constant. */
    static Object constant(String className, String name) throws Exception {
        return Class.forName(className).getField(name).get(null);
    }

    private static Object invoke(Method method, Object target, Object... arguments) throws Exception {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw unwrapped(e);
        }
    }

    private static Exception unwrapped(InvocationTargetException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return (Exception) e.getCause();
    }

    /** The method as a public class or interface declares it: that of a hidden class may not be called. */
    private static Method method(Class<?> type, String name, Object... arguments) throws NoSuchMethodException {
        Deque<Class<?>> types = new ArrayDeque<>();
        types.add(type);
        while (!types.isEmpty()) {
            Class<?> each = types.remove();
            if (Modifier.isPublic(each.getModifiers())) {
                for (Method method : each.getMethods()) {
                    if (method.getName().equals(name)
                            && Modifier.isPublic(method.getDeclaringClass().getModifiers())
                            && accepts(method.getParameterTypes(), arguments)) {
                        return method;
                    }
                }
            }
            types.addAll(java.util.List.of(each.getInterfaces()));
            if (each.getSuperclass() != null) {
                types.add(each.getSuperclass());
            }
        }
        throw new NoSuchMethodException(type.getSimpleName() + "." + name);
    }

    private static boolean accepts(Class<?>[] parameters, Object... arguments) {
        if (parameters.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < parameters.length; i++) {
            if (arguments[i] != null && !boxed(parameters[i]).isInstance(arguments[i])) {
                return false;
            }
        }
        return true;
    }

    private static Class<?> boxed(Class<?> type) {
        if (type == boolean.class) {
            return Boolean.class;
        }
        if (type == short.class) {
            return Short.class;
        }
        if (type == int.class) {
            return Integer.class;
        }
        return type == long.class ? Long.class : type;
    }
}
