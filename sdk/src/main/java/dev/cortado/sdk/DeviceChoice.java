package dev.cortado.sdk;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import dev.cortado.engine.model.Placement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a device string means: {@code null}, {@code cpu} and {@code reference} name processors; {@code gpu}, a vendor
 * ({@code nvidia}, {@code amd}, {@code intel}, {@code apple}), {@code kompute:NAME}, {@code cuda:NAME}, {@code vulkan:NAME} or a bare name ask for a GPU.
 *
 * @param requested as given, for messages
 * @param kind the kind of device
 * @param name part of the device's name, lower case; empty = the first one
 */
record DeviceChoice(String requested, Kind kind, String name) {
    enum Kind {
        /** The CPU kernels. */
        CPU,
        /** The plain loops that define every operation. */
        REFERENCE,
        /** A GPU if there is one, else the CPU: what macOS does when nothing is asked for. */
        GPU_OR_CPU,
        /** A GPU, or an error. */
        GPU
    }

    /** The CPU kernels. */
    static final DeviceChoice CPU = new DeviceChoice("cpu", Kind.CPU, "");

    private static final List<String> PROCESSORS = List.of("cpu", "reference");

    /**
     * @param operatingSystem value of the system property {@code os.name}
     * @throws IllegalArgumentException for a device that the platform cannot have
     */
    static DeviceChoice parse(@Nullable String device, String operatingSystem) {
        boolean mac = operatingSystem.startsWith("Mac");
        if (device == null) {
            return new DeviceChoice(mac ? "auto" : "cpu", mac ? Kind.GPU_OR_CPU : Kind.CPU, "");
        }
        if (device.equals("cpu")) {
            return CPU;
        }
        if (device.equals("reference")) {
            return new DeviceChoice(device, Kind.REFERENCE, "");
        }
        String name = device;
        for (String prefix : List.of("kompute:", "cuda:", "vulkan:")) {
            if (name.startsWith(prefix)) {
                name = name.substring(prefix.length());
                break;
            }
        }
        if (mac && !name.equals("gpu") && name.equals(device)) {
            throw new IllegalArgumentException("Unknown device for this platform: " + device);
        }
        boolean any = List.of("gpu", "cuda", "kompute", "vulkan", "metal").contains(name);
        return new DeviceChoice(device, Kind.GPU, any ? "" : name.toLowerCase(Locale.ROOT));
    }

    /**
     * Every device that is no processor, as {@code provider:name}, best first.
     *
     * @throws IllegalArgumentException if there is none
     */
    static List<String> gpus(List<BackendProvider> providers) {
        List<String> gpus = new ArrayList<>();
        for (BackendProvider provider : providers) {
            for (String device : provider.devices()) {
                if (!PROCESSORS.contains(device)) {
                    gpus.add(device);
                }
            }
        }
        if (gpus.isEmpty()) {
            throw new IllegalArgumentException("Unable to retrieve available GPU devices");
        }
        return gpus;
    }

    /**
     * The backends to compute with, opened: a GPU first, then a processor for what the GPU does not take.
     *
     * @param providers best first
     * @throws IllegalArgumentException if a GPU is asked for that is not there
     */
    Opened open(int threads, List<BackendProvider> providers) {
        BackendOptions options = new BackendOptions(threads, true);
        return switch (kind) {
            case CPU -> processor("cpu", options, providers);
            case REFERENCE -> // asked for by name: that it is slow is no news
                new Opened(null, processor("reference", options, providers).processor, List.of());
            case GPU_OR_CPU -> anyGpu(providers) ? gpu(options, providers) : processor("cpu", options, providers);
            case GPU -> gpu(options, providers);
        };
    }

    /**
     * Open backends.
     *
     * @param gpu a GPU, or null
     * @param processor for the layers that are not on the GPU
     * @param warnings what makes the first of them slow here, each with its remedy
     */
    record Opened(@Nullable Backend gpu, Backend processor, List<String> warnings) implements AutoCloseable {
        /** @param layers on the GPU, if there is one */
        Placement placement(int layers) {
            return gpu == null ? Placement.on(processor) : new Placement(processor, gpu, layers);
        }

        /** The same with a first warning. */
        Opened warning(String line) {
            return new Opened(gpu, processor, Stream.concat(Stream.of(line), warnings.stream()).toList());
        }

        @Override
        public void close() {
            if (gpu != null) {
                gpu.close();
            }
            processor.close();
        }
    }

    private static Opened processor(String device, BackendOptions options, List<BackendProvider> providers) {
        for (BackendProvider provider : providers) {
            if (provider.devices().contains(device)) {
                return new Opened(null, provider.open(device, options), provider.warnings());
            }
        }
        throw new IllegalStateException(
                "no backend for the device '%s' on the module or class path".formatted(device));
    }

    private static boolean anyGpu(List<BackendProvider> providers) {
        return providers.stream().flatMap(p -> p.devices().stream()).anyMatch(d -> !PROCESSORS.contains(d));
    }

    private Opened gpu(BackendOptions options, List<BackendProvider> providers) {
        List<String> gpus = gpus(providers);
        for (BackendProvider provider : providers) {
            for (String device : provider.devices()) {
                if (!PROCESSORS.contains(device) && device.toLowerCase(Locale.ROOT).contains(name)) {
                    return besideProcessor(provider.open(device, options), provider, options, providers);
                }
            }
        }
        throw new IllegalArgumentException("Unable to initialize model on GPU: '%s'\nAvailable GPUs: %s"
                .formatted(requested, quoted(gpus)));
    }

    private static Opened besideProcessor(
            Backend gpu, BackendProvider provider, BackendOptions options, List<BackendProvider> providers) {
        try {
            return new Opened(gpu, processor("cpu", options, providers).processor, provider.warnings());
        } catch (RuntimeException | Error e) {
            gpu.close();
            throw e;
        }
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> "'" + name + "'").toList().toString();
    }

    /** Every provider on the module or class path, best first. */
    static List<BackendProvider> providers() {
        return ServiceLoader.load(BackendProvider.class, DeviceChoice.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(BackendProvider::priority).reversed())
                .toList();
    }
}
