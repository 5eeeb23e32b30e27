package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import java.util.List;

/** Offers the {@link ReferenceBackend} as device {@code reference}, after every other provider. */
public final class ReferenceProvider implements BackendProvider {
    /** For {@link java.util.ServiceLoader}. */
    public ReferenceProvider() {}

    @Override
    public List<String> devices() {
        return List.of(ReferenceBackend.NAME);
    }

    @Override
    public int priority() {
        return Integer.MIN_VALUE;
    }

    @Override
    public List<String> warnings() {
        return List.of("device reference computes with plain loops, some hundred times slower than device cpu:"
                + " add cortado-kernels-cpu to the module path, or name another device");
    }

    @Override
    public Backend open(String device, BackendOptions options) {
        if (!device.equals(ReferenceBackend.NAME)) {
            throw new BackendException("device %s: unknown here, expected %s".formatted(device, ReferenceBackend.NAME));
        }
        return new ReferenceBackend();
    }
}
