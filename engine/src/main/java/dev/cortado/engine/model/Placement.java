package dev.cortado.engine.model;

import dev.cortado.engine.backend.Backend;
import java.util.List;

/**
 * Which backend computes which layers: the last {@code accelerated} ones and the output run on the accelerator, the
 * embedding and the layers before them on the main backend. Activations cross the boundary once per forward pass.
 *
 * @param main computes the first layers
 * @param accelerator computes the last layers; the same as main where there is only one
 * @param accelerated number of layers of the accelerator; more than the model has means all of it
 */
public record Placement(Backend main, Backend accelerator, int accelerated) {
    public Placement {
        if (accelerated < 0) {
            throw new IllegalArgumentException("accelerated layers " + accelerated + ", expected 0 or more");
        }
    }

    /** Everything on one backend. */
    public static Placement on(Backend backend) {
        return new Placement(backend, backend, 0);
    }

    /** The backends that take part in a model of {@code layers} layers, in the order of the forward pass. */
    List<Backend> devices(int layers) {
        if (accelerated == 0 || main == accelerator) {
            return List.of(main);
        }
        return accelerated >= layers ? List.of(accelerator) : List.of(main, accelerator);
    }

    /** Index in {@link #devices} of the one that computes layer {@code layer}. */
    int deviceOf(int layer, int layers) {
        return devices(layers).size() == 2 && layer >= layers - accelerated ? 1 : 0;
    }
}
