package dev.cortado.engine.backend;

import java.util.List;

/** Finds the devices of one kind; looked up with {@link java.util.ServiceLoader}. Stateless. */
public interface BackendProvider {
    /** Names of the devices that {@link #open} takes, best first; empty where there is none. Cheap and silent. */
    List<String> devices();

    /** Among several providers the one with the highest priority serves when no device is named. */
    int priority();

    /** One line per thing that makes this kind of device slow here, each with its remedy; empty when all is well. */
    default List<String> warnings() {
        return List.of();
    }

    /** A line per fact that a bug report needs: width, cores, driver. */
    default List<String> facts() {
        return List.of();
    }

    /**
     * Opens a device.
     *
     * @param device one of {@link #devices()}
     * @throws BackendException if it cannot be opened
     */
    Backend open(String device, BackendOptions options);
}
