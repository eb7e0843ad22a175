{{- define "portico.webhook.name" -}}
{{ include "portico.fullname" . }}-admission
{{- end -}}

{{/* Objects of the cluster. */}}
{{- define "portico.webhook.clusterName" -}}
{{ include "portico.clusterName" . }}-admission
{{- end -}}

{{- define "portico.webhook.selector" -}}
app.kubernetes.io/name: {{ include "portico.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: webhook
{{- end -}}

{{- define "portico.webhook.labels" -}}
{{ include "portico.webhook.selector" . }}
{{ include "portico.labelsOfAll" . }}
{{- end -}}

{{/* Where accounts are not made here, the one that is named is everybody's. */}}
{{- define "portico.webhook.account" -}}
{{- if .Values.serviceAccount.create -}}
{{ include "portico.webhook.name" . }}
{{- else -}}
{{ include "portico.serviceAccount" . }}
{{- end -}}
{{- end -}}

{{/* Options of the controller on which verdicts depend; tests/deploy compares them with the program's. */}}
{{- define "portico.webhook.shared" -}}
cluster-cidr ingress-class load-balancer-address load-balancer-class metallb-namespace namespace node-name node-port-range nodeport-addresses only pick serve via watch-namespace-selector
{{- end -}}

{{- define "portico.webhook.args" -}}
- webhook
- --cluster
- --only=http
{{- range prepend .Values.controller.ingressClassResource.aliases .Values.controller.ingressClassResource.name }}
- --ingress-class={{ . }}
{{- end }}
{{- if .Values.controller.scope.enabled }}
- --namespace={{ include "portico.scope" . }}
{{- end }}
- --listen=[$(POD_IP)]:{{ .Values.controller.admissionWebhooks.port }}
- --admin=[$(POD_IP)]:9181
{{- if .Values.controller.admissionWebhooks.certManager.enabled }}
- --tls-cert=/tls/tls.crt
- --tls-key=/tls/tls.key
{{- else }}
- --service=$(POD_NAMESPACE)/{{ include "portico.webhook.name" . }}
- --configuration={{ include "portico.webhook.clusterName" . }}
{{- end }}
{{- $options := dict "state-dir" "/var/lib/portico/state" "drain" 10 }}
{{- $shared := splitList " " (include "portico.webhook.shared" .) }}
{{- range $name, $value := .Values.controller.extraArgs }}
{{- if has $name $shared }}{{ $_ := set $options $name $value }}{{ end }}
{{- end }}
{{- include "portico.options" (merge dict .Values.controller.admissionWebhooks.extraArgs $options) }}
{{- end -}}

{{- define "portico.webhook.container" -}}
{{- with .Values.controller.admissionWebhooks -}}
name: webhook
image: {{ include "portico.image" $ }}
imagePullPolicy: {{ $.Values.controller.image.pullPolicy }}
args:
  {{- include "portico.webhook.args" $ | nindent 2 }}
env:
  - name: POD_NAMESPACE
    valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
  - name: POD_IP
    valueFrom: {fieldRef: {fieldPath: status.podIP}}
  {{- with .extraEnvs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
ports:
  - {name: webhook, containerPort: {{ .port }}}
  - {name: admin, containerPort: 9181}
startupProbe:
  httpGet: {path: /livez, port: webhook, scheme: HTTPS}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /livez, port: webhook, scheme: HTTPS}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 5
readinessProbe:
  httpGet: {path: /readyz, port: webhook, scheme: HTTPS}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
{{- with .resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "portico.containerSecurity" $ | nindent 2 }}
volumeMounts:
  - {name: state, mountPath: /var/lib/portico}
  - {name: tmp, mountPath: /tmp}
  {{- if .certManager.enabled }}
  - {name: tls, mountPath: /tls, readOnly: true}
  {{- end }}
{{- end -}}
{{- end -}}
