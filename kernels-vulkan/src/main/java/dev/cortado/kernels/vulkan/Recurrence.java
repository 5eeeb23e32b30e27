package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Segment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The recurrent blocks' operations, a dispatch per segment. */
record Recurrence(Gpu gpu) {
    private static final int GROUP = 64;

    void convolve(
            Activations in,
            Parameter weight,
            @Nullable Parameter bias,
            int width,
            Activations out,
            List<Segment> segments,
            int layer,
            int stateAt) {
        VulkanActivations x = VulkanActivations.of(in);
        int channels = x.columns();
        VulkanParameter w = VulkanParameter.of(weight, "weight", (long) channels * width);
        VulkanParameter b = VulkanParameter.ofNullable(bias, "bias", channels);
        Require.segments("x", x, segments);
        VulkanActivations y = VulkanActivations.output(out, "out", x.rows(), channels);
        for (Segment s : segments) {
            VulkanKvCache cache = VulkanKvCache.of(s, layer);
            Dispatch dispatch = gpu.dispatch("convolve").read(x).write(y);
            if (width > 1) {
                dispatch.write(cache.state(layer, stateAt, (width - 1L) * channels));
            } else {
                dispatch.optional(null); // without a history there is no state
            }
            dispatch.read(w.region())
                    .optional(b)
                    .push(channels, width, s.row(), s.rows(), stateAt, b == null ? 0 : 1)
                    .invocations(channels, GROUP);
        }
    }

    void scan(
            Activations in,
            Activations dt,
            Parameter a,
            Activations b,
            Activations c,
            Parameter d,
            Activations out,
            List<Segment> segments,
            int layer,
            int stateAt) {
        VulkanActivations x = VulkanActivations.of(in);
        int channels = x.columns();
        VulkanActivations step = VulkanActivations.of(dt, "dt", x.rows(), channels);
        VulkanActivations input = VulkanActivations.of(b, "b", x.rows(), b.columns());
        int states = input.columns();
        VulkanActivations output = VulkanActivations.of(c, "c", x.rows(), states);
        VulkanParameter decay = VulkanParameter.of(a, "a", (long) channels * states);
        VulkanParameter skip = VulkanParameter.of(d, "d", channels);
        Require.segments("x", x, segments);
        VulkanActivations y = VulkanActivations.output(out, "out", x.rows(), channels);
        for (Segment s : segments) {
            Region state = VulkanKvCache.of(s, layer).state(layer, stateAt, (long) channels * states);
            gpu.dispatch("scan")
                    .read(x)
                    .read(step)
                    .read(input)
                    .read(output)
                    .write(y)
                    .write(state)
                    .read(decay.region())
                    .read(skip.region())
                    .push(channels, states, s.row(), s.rows(), stateAt)
                    .invocations(channels, GROUP);
        }
    }
}
