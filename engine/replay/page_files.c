/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The style and the script of the page, as they lie in page/: parts of the
 * program, so that it needs no installed folder. The paths count from where
 * make runs.
 */
#include "replay/page.h"

__asm__(".pushsection .rodata\n"
        "page_style_start:\n"
        ".incbin \"engine/replay/page/style.css\"\n"
        "page_style_end:\n.byte 0\n"
        "page_script_start:\n"
        ".incbin \"engine/replay/page/script.js\"\n"
        "page_script_end:\n.byte 0\n"
        ".popsection\n");
extern const char page_style_start[], page_style_end[];
extern const char page_script_start[], page_script_end[];

struct view page_style(void)
{
    return view_of(page_style_start,
                   (size_t)(page_style_end - page_style_start));
}

struct view page_script(void)
{
    return view_of(page_script_start,
                   (size_t)(page_script_end - page_script_start));
}
