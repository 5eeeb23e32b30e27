package dev.cortado.sdk;

import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.gguf.GgufFormatException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;

/**
 * A model on the devices that it was opened for. Where a GPU computes only because there is one, its failure (lost, out
 * of memory) is not the model's: that is opened again on the CPU, and a line says so. Where the GPU was asked for, the
 * failure is thrown.
 */
final class PlacedModel implements AutoCloseable {
    private record Placed(Model model, DeviceChoice.Opened devices) {
        void close() {
            model.close();
            devices.close();
        }
    }

    private final Path file;
    private final int layers;
    private final ModelOptions options;
    private final Function<DeviceChoice, DeviceChoice.Opened> opener;
    private DeviceChoice choice;
    /** Newest first; what was left stays open, as its tokenizer may be in use. */
    private final Deque<Placed> placed = new ArrayDeque<>();

    /**
     * Opens a model.
     *
     * @param layers on the GPU, if there is one
     * @param opener opens the devices of a choice
     * @throws ModelLoadException if the file cannot be used
     * @throws BackendException if a device that was asked for fails
     */
    PlacedModel(
            Path file,
            DeviceChoice choice,
            int layers,
            ModelOptions options,
            Function<DeviceChoice, DeviceChoice.Opened> opener) {
        this.file = file;
        this.choice = choice;
        this.layers = layers;
        this.options = options;
        this.opener = opener;
        try {
            push(opener.apply(choice));
        } catch (BackendException e) {
            fallBack(e);
        }
    }

    private void push(DeviceChoice.Opened devices) {
        devices.warnings().forEach(Notices::tell);
        try {
            placed.push(new Placed(Model.open(file, devices.placement(layers), options), devices));
        } catch (GgufFormatException e) {
            devices.close();
            throw ModelLoadException.of(file, e);
        } catch (RuntimeException | Error e) {
            devices.close();
            throw e;
        }
    }

    private void fallBack(BackendException failure) {
        if (choice.kind() != DeviceChoice.Kind.GPU_OR_CPU) {
            throw failure;
        }
        choice = DeviceChoice.CPU;
        push(opener.apply(choice).warning("the GPU failed and the CPU computes: " + failure.getMessage()));
    }

    /** The model where it is now. */
    synchronized Model model() {
        return placed.element().model();
    }

    /** The devices that compute now. */
    synchronized DeviceChoice.Opened devices() {
        return placed.element().devices();
    }

    /** The result of work with the model; begun anew on the CPU if it fails on a GPU that nobody asked for. */
    <T> T compute(Function<Model, T> work) {
        Model model = model();
        try {
            return work.apply(model);
        } catch (BackendException e) {
            leave(model, e);
            return compute(work);
        }
    }

    private synchronized void leave(Model failed, BackendException failure) {
        if (placed.element().model() == failed) { // otherwise another thread was here first
            fallBack(failure);
        }
    }

    @Override
    public synchronized void close() {
        placed.forEach(Placed::close);
    }
}
