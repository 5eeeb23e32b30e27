package dev.cortado.engine.template;

import java.time.Clock;
import java.util.Set;

/**
 * The dialect of a template and the surroundings of its renders.
 *
 * @param clock time and zone that {@code strftime_now} tells
 * @param loopControls whether {@code {% break %}} and {@code {% continue %}} exist
 * @param generationTag whether {@code {% generation %}} exists; it renders its body
 * @param regexReplace whether the filter {@code regex_replace(pattern, replacement)} exists
 * @param trustedVariables variables whose text counts as written by the template, see {@link Span}
 * @param limits what a render may use
 */
public record TemplateOptions(
        Clock clock,
        boolean loopControls,
        boolean generationTag,
        boolean regexReplace,
        Set<String> trustedVariables,
        RenderLimits limits) {

    /** Everything that chat templates in the wild use: loop controls, generation tag, {@code regex_replace}. */
    public static final TemplateOptions DEFAULT = new TemplateOptions(
            Clock.systemDefaultZone(),
            true,
            true,
            true,
            Set.of("bos_token", "eos_token", "pad_token", "unk_token", "sep_token", "cls_token", "mask_token"),
            RenderLimits.DEFAULT);

    /** Jinja2 without any extension. */
    public static final TemplateOptions PLAIN = DEFAULT.withExtensions(false, false, false);

    public TemplateOptions {
        trustedVariables = Set.copyOf(trustedVariables);
    }

    public TemplateOptions withClock(Clock clock) {
        return new TemplateOptions(clock, loopControls, generationTag, regexReplace, trustedVariables, limits);
    }

    public TemplateOptions withExtensions(boolean loopControls, boolean generationTag, boolean regexReplace) {
        return new TemplateOptions(clock, loopControls, generationTag, regexReplace, trustedVariables, limits);
    }

    public TemplateOptions withLimits(RenderLimits limits) {
        return new TemplateOptions(clock, loopControls, generationTag, regexReplace, trustedVariables, limits);
    }
}
