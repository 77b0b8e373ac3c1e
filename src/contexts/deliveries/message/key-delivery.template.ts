// Written by build-templates.mjs from key-delivery.mjml: change that.
// biome-ignore format: one text
export const KEY_DELIVERY_HTML = `<!doctype html>
<html lang="<%= it.language %>" dir="auto" xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head> <title><%= it.subject %></title> <!--[if !mso]><!-->
<meta http-equiv="X-UA-Compatible" content="IE=edge"> <!--<![endif]-->
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1"> <style type="text/css">
#outlook a { padding:0; }
body { margin:0;padding:0;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%; }
table, td { border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt; }
img { border:0;height:auto;line-height:100%; outline:none;text-decoration:none;-ms-interpolation-mode:bicubic; }
p { display:block;margin:13px 0; } </style> <!--[if mso]> <noscript> <xml>
<o:OfficeDocumentSettings> <o:AllowPNG/> <o:PixelsPerInch>96</o:PixelsPerInch>
</o:OfficeDocumentSettings> </xml> </noscript> <![endif]--> <!--[if lte mso 11]>
<style type="text/css"> .mj-outlook-group-fix { width:100% !important; } </style> <![endif]-->
<style type="text/css"> @media only screen and (min-width:480px) {
.mj-column-per-100 { width:100% !important; max-width: 100%; } } </style>
<style media="screen and (min-width:480px)">
.moz-text-html .mj-column-per-100 { width:100% !important; max-width: 100%; } </style>
<style type="text/css"> @media only screen and (max-width:479px) {
table.mj-full-width-mobile { width: 100% !important; }
td.mj-full-width-mobile { width: auto !important; } } </style> </head>
<body  style="word-spacing:normal;background-color:#f0f2f5;">
<div style="display:none;font-size:1px;color:#ffffff;line-height:1px;max-height:0px;max-width:0px;opacity:0;overflow:hidden;"><%= it.words.preview %></div>
<div
aria-label="<%= it.subject %>" aria-roledescription="email" role="article" lang="<%= it.language %>" dir="auto" style="word-spacing:normal;background-color:#f0f2f5;"
>
<!--[if mso | IE]><table align="center" border="0" cellpadding="0" cellspacing="0" class="" role="presentation" style="width:600px;" width="600" bgcolor="#ffffff" ><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]-->
<div  style="background:#ffffff;background-color:#ffffff;margin:0px auto;max-width:600px;"> <table
align="center" border="0" cellpadding="0" cellspacing="0" role="presentation" style="background:#ffffff;background-color:#ffffff;width:100%;"
> <tbody> <tr> <td style="direction:ltr;font-size:0px;padding:24px 24px 8px;text-align:center;" >
<!--[if mso | IE]><table role="presentation" border="0" cellpadding="0" cellspacing="0"><tr><td class="" style="vertical-align:top;width:552px;" ><![endif]-->
<div
class="mj-column-per-100 mj-outlook-group-fix" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"
> <table
border="0" cellpadding="0" cellspacing="0" role="presentation" style="vertical-align:top;" width="100%"
> <tbody> <% if (it.logo) { %> <tr> <td
align="left" style="font-size:0px;padding:0;word-break:break-word;" > <table
border="0" cellpadding="0" cellspacing="0" role="presentation" style="border-collapse:collapse;border-spacing:0px;"
> <tbody> <tr> <td  style="width:160px;"> <img
alt="<%= it.partner %>" src="<%= it.logo %>" style="border:0;display:block;outline:none;text-decoration:none;height:auto;width:100%;font-size:13px;" width="160" height="auto"
/> </td> </tr> </tbody> </table> </td> </tr> <% } else { %> <tr> <td
align="left" style="font-size:0px;padding:0;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:18px;font-weight:bold;line-height:1.5;text-align:left;color:#1f2933;"
><%= it.partner %></div> </td> </tr> <% } %> </tbody> </table> </div>
<!--[if mso | IE]></td></tr></table><![endif]--> </td> </tr> </tbody> </table> </div>
<!--[if mso | IE]></td></tr></table><table align="center" border="0" cellpadding="0" cellspacing="0" class="" role="presentation" style="width:600px;" width="600" bgcolor="#ffffff" ><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]-->
<div  style="background:#ffffff;background-color:#ffffff;margin:0px auto;max-width:600px;"> <table
align="center" border="0" cellpadding="0" cellspacing="0" role="presentation" style="background:#ffffff;background-color:#ffffff;width:100%;"
> <tbody> <tr> <td style="direction:ltr;font-size:0px;padding:8px 24px;text-align:center;" >
<!--[if mso | IE]><table role="presentation" border="0" cellpadding="0" cellspacing="0"><tr><td class="" style="vertical-align:top;width:552px;" ><![endif]-->
<div
class="mj-column-per-100 mj-outlook-group-fix" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"
> <table
border="0" cellpadding="0" cellspacing="0" role="presentation" style="vertical-align:top;" width="100%"
> <tbody> <tr> <td align="left" style="font-size:0px;padding:0 0 8px;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:22px;font-weight:bold;line-height:1.5;text-align:left;color:#1f2933;"
><%= it.words.title %></div> </td> </tr> <tr> <td
align="left" style="font-size:0px;padding:0;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:15px;line-height:1.5;text-align:left;color:#1f2933;"
><%= it.words.thanks %></div> </td> </tr> </tbody> </table> </div>
<!--[if mso | IE]></td></tr></table><![endif]--> </td> </tr> </tbody> </table> </div>
<!--[if mso | IE]></td></tr></table><![endif]--> <% for (const item of it.items) { %>
<!--[if mso | IE]><table align="center" border="0" cellpadding="0" cellspacing="0" class="" role="presentation" style="width:600px;" width="600" bgcolor="#ffffff" ><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]-->
<div  style="background:#ffffff;background-color:#ffffff;margin:0px auto;max-width:600px;"> <table
align="center" border="0" cellpadding="0" cellspacing="0" role="presentation" style="background:#ffffff;background-color:#ffffff;width:100%;"
> <tbody> <tr> <td style="direction:ltr;font-size:0px;padding:8px 24px;text-align:center;" >
<!--[if mso | IE]><table role="presentation" border="0" cellpadding="0" cellspacing="0"><tr><td class="" style="vertical-align:top;width:552px;" ><![endif]-->
<div
class="mj-column-per-100 mj-outlook-group-fix" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"
> <table
border="0" cellpadding="0" cellspacing="0" role="presentation" style="vertical-align:top;" width="100%"
> <tbody> <% if (item.image) { %> <tr> <td
align="left" style="font-size:0px;padding:0 0 12px;word-break:break-word;" > <table
border="0" cellpadding="0" cellspacing="0" role="presentation" style="border-collapse:collapse;border-spacing:0px;"
> <tbody> <tr> <td  style="width:200px;"> <img
alt="<%= item.name %>" src="<%= item.image %>" style="border:0;display:block;outline:none;text-decoration:none;height:auto;width:100%;font-size:13px;" width="200" height="auto"
/> </td> </tr> </tbody> </table> </td> </tr> <% } %> <tr> <td
align="left" style="font-size:0px;padding:0 0 8px;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:17px;font-weight:bold;line-height:1.5;text-align:left;color:#1f2933;"
><%= item.name %></div> </td> </tr> <tr> <td
align="left" style="font-size:0px;padding:0 0 4px;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:13px;line-height:1.5;text-align:left;color:#52606d;"
><%= it.words.key %></div> </td> </tr> <tr> <td
align="left" style="font-size:0px;padding:0 0 12px;word-break:break-word;" > <table
cellpadding="14" cellspacing="0" width="100%" border="0" style="color:#000000;font-family:Helvetica, Arial, sans-serif;font-size:13px;line-height:22px;table-layout:auto;width:100%;border:none;"
> <tr> <td
style="background: #f0f4ff; border: 1px solid #b6c4ff; border-radius: 6px; font-family: 'Courier New', Courier, monospace; font-size: 18px; font-weight: bold; word-break: break-all"
><%= item.key %></td> </tr> </table> </td> </tr> <% if (item.serial) { %> <tr> <td
align="left" style="font-size:0px;padding:0 0 12px;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:15px;line-height:1.5;text-align:left;color:#1f2933;"
><%= it.words.serial %>: <%= item.serial %></div> </td> </tr>
<% } %><% if (item.instructions.length) { %> <tr> <td
align="left" style="font-size:0px;padding:4px 0;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:15px;font-weight:bold;line-height:1.5;text-align:left;color:#1f2933;"
><%= it.words.instructions %></div> </td> </tr> <tr> <td
align="left" style="font-size:0px;padding:0 0 8px;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:15px;line-height:1.5;text-align:left;color:#1f2933;"
><% for (const line of item.instructions) { %><%= line %><br /><% } %></div> </td> </tr> <% } %>
</tbody> </table> </div> <!--[if mso | IE]></td></tr></table><![endif]--> </td> </tr> </tbody>
</table> </div> <!--[if mso | IE]></td></tr></table><![endif]--> <% } %>
<!--[if mso | IE]><table align="center" border="0" cellpadding="0" cellspacing="0" class="" role="presentation" style="width:600px;" width="600" bgcolor="#ffffff" ><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]-->
<div  style="background:#ffffff;background-color:#ffffff;margin:0px auto;max-width:600px;"> <table
align="center" border="0" cellpadding="0" cellspacing="0" role="presentation" style="background:#ffffff;background-color:#ffffff;width:100%;"
> <tbody> <tr> <td style="direction:ltr;font-size:0px;padding:8px 24px 24px;text-align:center;" >
<!--[if mso | IE]><table role="presentation" border="0" cellpadding="0" cellspacing="0"><tr><td class="" style="vertical-align:top;width:552px;" ><![endif]-->
<div
class="mj-column-per-100 mj-outlook-group-fix" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;"
> <table
border="0" cellpadding="0" cellspacing="0" role="presentation" style="vertical-align:top;" width="100%"
> <tbody> <tr> <td align="center" style="font-size:0px;padding:8px 0 16px;word-break:break-word;" >
<p style="border-top:solid 1px #d9dee3;font-size:1px;margin:0px auto;width:100%;" > </p>
<!--[if mso | IE]><table align="center" border="0" cellpadding="0" cellspacing="0" style="border-top:solid 1px #d9dee3;font-size:1px;margin:0px auto;width:552px;" role="presentation" width="552px" ><tr><td style="height:0;line-height:0;"> &nbsp;
</td></tr></table><![endif]--> </td> </tr> <tr> <td
align="left" style="font-size:0px;padding:0;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:13px;line-height:1.5;text-align:left;color:#52606d;"
><%= it.words.order %>: <%= it.reference %></div> </td> </tr> <% if (it.support) { %> <tr> <td
align="left" style="font-size:0px;padding:4px 0 0;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:13px;line-height:1.5;text-align:left;color:#52606d;"
><%= it.words.support %>: <a href="mailto:<%= it.support %>" style="color: #2a4bd7"><%= it.support %></a></div>
</td> </tr> <% } %> <tr> <td
align="left" style="font-size:0px;padding:12px 0 0;word-break:break-word;" > <div
style="font-family:Helvetica, Arial, sans-serif;font-size:12px;line-height:1.5;text-align:left;color:#7b8794;"
><%= it.words.secret %></div> </td> </tr> </tbody> </table> </div>
<!--[if mso | IE]></td></tr></table><![endif]--> </td> </tr> </tbody> </table> </div>
<!--[if mso | IE]></td></tr></table><![endif]--> </div> </body> </html>`;
